//! How every ledger keeps the audit chain.

use super::*;

on_every_database! {
    an_untouched_trail_is_intact,
    a_changed_a_removed_and_a_cut_off_entry_are_found,
}

async fn an_untouched_trail_is_intact(ledger: &Ledger) {
    assert_eq!(
        ledger.verify_audit().await.unwrap(),
        Audit::Intact { entries: 0 }
    );
    know(ledger, &["S-1", "S-2"]).await;
    bill(ledger, "a.pdf", "S-1").await;
    bill(ledger, "b.pdf", "S-2").await;
    // One for the shipments; finished, decided and accepted for each upload.
    assert_eq!(
        ledger.verify_audit().await.unwrap(),
        Audit::Intact { entries: 7 }
    );
}

async fn a_changed_a_removed_and_a_cut_off_entry_are_found(ledger: &Ledger) {
    know(ledger, &["S-1", "S-2"]).await;
    bill(ledger, "a.pdf", "S-1").await;
    bill(ledger, "b.pdf", "S-2").await;
    let tampering = [
        ("UPDATE audit SET detail = '{}' WHERE seq = 3", 3),
        ("UPDATE audit SET at = at + 1 WHERE seq = 2", 2),
        ("UPDATE audit SET subject = 'x' WHERE seq = 7", 7),
        ("DELETE FROM audit WHERE seq = 4", 4),
        ("DELETE FROM audit WHERE seq > 5", 6),
    ];
    run(ledger, "CREATE TABLE kept AS SELECT * FROM audit").await;
    for (change, seq) in tampering {
        run(ledger, change).await;
        let found = ledger.verify_audit().await.unwrap();
        assert_eq!(found, Audit::Broken { seq }, "{change}");
        run(ledger, "DELETE FROM audit").await;
        run(ledger, "INSERT INTO audit SELECT * FROM kept").await;
    }
    let restored = ledger.verify_audit().await.unwrap();
    assert_eq!(restored, Audit::Intact { entries: 7 });
}

async fn run(ledger: &Ledger, statement: &'static str) {
    sqlx::query(statement).execute(&ledger.pool).await.unwrap();
}
