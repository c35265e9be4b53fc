//! What a reader child may spend on one upload, and where it finds its engines.
//!
//! In: the `reader` table of the settings. Out: plain numbers and paths. Refuses unknown keys.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// What one upload may cost. Sizes are checked before memory is spent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Bytes of the upload. Default 64 MiB.
    pub bytes: u64,
    /// Pages of the upload. Default 300.
    pub pages: u32,
    /// Pixels of one page, as stored in the file. Default 100 million: an A3 page at 600 dpi has 70 million.
    pub page_pixels: u64,
    /// Pixels of all pages that were read. Default 2 thousand million.
    pub document_pixels: u64,
    /// Seconds for one request about a page. Default 20.
    pub page_seconds: u32,
    /// Seconds that a child may spend on parsing one upload: opening it, drawing its pages and cutting it. Reading the
    /// text of a drawn page counts against `page_seconds` only. Default 55.
    pub document_seconds: u32,
    /// Address space of a reader child in MiB. Default 1000: with the parent of one slot below 1.5 GB.
    pub reader_memory_mb: u64,
    /// A child is replaced after this many uploads. Default 500.
    pub recycle_documents: u32,
    /// A child is replaced when it still holds this many MiB between two uploads. Default 500.
    pub recycle_resident_mb: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 64 << 20,
            pages: 300,
            page_pixels: 100_000_000,
            document_pixels: 2_000_000_000,
            page_seconds: 20,
            document_seconds: 55,
            reader_memory_mb: 1000,
            recycle_documents: 500,
            recycle_resident_mb: 500,
        }
    }
}

/// How reader children are started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReaderSettings {
    /// The program that is run as reader child, with `reader-child` as its first argument. Default: this program.
    pub program: PathBuf,
    /// The PDFium library. Default `native/pdfium/libpdfium.so`.
    pub pdfium: PathBuf,
    /// The folder with Tesseract's language data. Default `/usr/share/tesseract-ocr/5/tessdata`.
    pub tessdata: PathBuf,
    /// Tesseract's language. Default `eng`.
    pub language: String,
    /// What one upload may cost.
    pub limits: Limits,
    /// Run reader children even where the kernel cannot lock them in. Default false.
    pub allow_unsandboxed: bool,
}

impl Default for ReaderSettings {
    fn default() -> Self {
        Self {
            program: PathBuf::from("/proc/self/exe"),
            pdfium: PathBuf::from("native/pdfium/libpdfium.so"),
            tessdata: PathBuf::from("/usr/share/tesseract-ocr/5/tessdata"),
            language: "eng".to_owned(),
            limits: Limits::default(),
            allow_unsandboxed: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_keys_take_their_defaults() {
        let settings: ReaderSettings =
            toml::from_str("language = \"deu\"\n[limits]\npages = 12").unwrap();
        assert_eq!(settings.language, "deu");
        assert_eq!(settings.limits.pages, 12);
        assert_eq!(settings.limits.bytes, Limits::default().bytes);
    }

    #[test]
    fn an_unknown_key_is_refused_by_name() {
        let error = toml::from_str::<ReaderSettings>("[limits]\npagse = 12").unwrap_err();
        assert!(error.to_string().contains("pagse"), "{error}");
    }
}
