#!/usr/bin/env bash
# Builds the worker's container image, countersign:local. Usage: scripts/image.sh [check]
# With docker or podman it builds on Debian's slim image. Where only buildah is, as in CI, it makes a Debian base by debootstrap and builds
# in a chroot. `check` also runs the image: as its own user, doctor has to be content and a paper has to be read, sandbox on.
set -euo pipefail
cd "$(dirname "$0")/.."
TARGET="${CARGO_TARGET_DIR:-target}"
IMAGE=countersign:local
CONTEXT="$(mktemp -d)"
trap 'rm -rf "$CONTEXT"' EXIT

say() { echo "image: $*" >&2; }

lay_out_context() {
    scripts/setup.sh
    cargo build --release --locked --all-targets
    strip -o "$CONTEXT/countersign" "$TARGET/release/countersign"
    mkdir "$CONTEXT/models" "$CONTEXT/native"
    cp -r models/charges models/fields models/marks models/page-class models/shipment-match models/text "$CONTEXT/models/"
    # What the set-up fetched, but for the S3 server that only tests need.
    awk '{print $2}' scripts/native.sha256 | grep -v ^seaweedfs/ | (cd native && xargs cp --parents -t "$CONTEXT/native")
    chmod -R a+rX "$CONTEXT"
}

# buildah with all it keeps in one folder, in ways that need no rights of a container engine.
STORE="${XDG_CACHE_HOME:-$HOME/.cache}/countersign/images"
b() { buildah --root "$STORE/root" --runroot "$STORE/run" --storage-driver vfs "$@"; }

debian_base() {
    b inspect --type image localhost/debian:bookworm > /dev/null 2>&1 && return
    say "making a Debian base by debootstrap"
    local rootfs container
    rootfs="$(mktemp -d)"
    debootstrap --variant=minbase bookworm "$rootfs" > /dev/null
    container="$(b from scratch)"
    tar -C "$rootfs" -cf "$rootfs.tar" .
    b add -q "$container" "$rootfs.tar" / > /dev/null
    b commit -q "$container" localhost/debian:bookworm > /dev/null
    b rm "$container" > /dev/null
    rm -rf "$rootfs" "$rootfs.tar"
}

build_with_buildah() {
    debian_base
    b bud -q --format docker --isolation chroot --network host --build-arg BASE=localhost/debian:bookworm -t "localhost/$IMAGE" -f docker/Dockerfile "$CONTEXT"
}

check_with_buildah() {
    local container
    container="$(b from "localhost/$IMAGE")"
    b copy -q "$container" fixtures /fixtures > /dev/null
    # shellcheck disable=SC2016 # expanded inside
    b run --isolation chroot "$container" -- bash -ec '
        [ "$(id -u)" = 10001 ]
        /opt/countersign/bin/countersign doctor
        /opt/countersign/bin/countersign process /fixtures/uploads/clean-delivery-receipt.pdf --shipments /fixtures/shipments.jsonl --json |
            grep -q countersign.attachment.validated.v1'
    b rm "$container" > /dev/null
    say "a paper was read in the image, as user 10001"
}

lay_out_context
if engine="$(command -v docker || command -v podman)" && "$engine" info > /dev/null 2>&1; then
    "$engine" build -t "$IMAGE" -f docker/Dockerfile "$CONTEXT"
    if [ "${1:-}" = check ]; then
        "$engine" run --rm --entrypoint /opt/countersign/bin/countersign "$IMAGE" doctor
    fi
elif command -v buildah > /dev/null; then
    build_with_buildah
    [ "${1:-}" != check ] || check_with_buildah
else
    say "install docker, podman or buildah (with debootstrap)"
    exit 1
fi
say "built $IMAGE"
