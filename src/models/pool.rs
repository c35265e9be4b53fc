//! A pool: things that are costly to open and used by one at a time, lent out and given back.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::inference::{InferenceError, Registry};

/// Opened things that nobody uses just now.
#[derive(Debug)]
pub(super) struct Pool<T> {
    registry: Arc<Registry>,
    open: fn(&Registry) -> Result<T, InferenceError>,
    idle: Mutex<Vec<T>>,
}

/// One that is in use; it goes back when this is dropped, but not by a panic, which may have left it half done.
#[derive(Debug)]
pub struct Lent<'a, T> {
    pool: &'a Pool<T>,
    /// Taken by the drop only.
    thing: Option<T>,
}

impl<T> Pool<T> {
    pub(super) fn new(
        registry: &Arc<Registry>,
        open: fn(&Registry) -> Result<T, InferenceError>,
    ) -> Self {
        Self {
            registry: Arc::clone(registry),
            open,
            idle: Mutex::default(),
        }
    }

    /// Lends one; opens another where none is idle.
    pub(super) fn lend(&self) -> Result<Lent<'_, T>, InferenceError> {
        let idle = self.idle().pop();
        let thing = match idle {
            Some(thing) => thing,
            None => (self.open)(&self.registry)?,
        };
        Ok(Lent {
            pool: self,
            thing: Some(thing),
        })
    }

    /// Opens until so many are idle.
    pub(super) fn fill(&self, count: usize) -> Result<(), InferenceError> {
        while self.idle().len() < count {
            let another = (self.open)(&self.registry)?;
            self.idle().push(another);
        }
        Ok(())
    }

    fn idle(&self) -> MutexGuard<'_, Vec<T>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Deref for Lent<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        match &self.thing {
            Some(thing) => thing,
            None => unreachable!("it is taken when it is dropped"),
        }
    }
}

impl<T> DerefMut for Lent<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        match &mut self.thing {
            Some(thing) => thing,
            None => unreachable!("it is taken when it is dropped"),
        }
    }
}

impl<T> Drop for Lent<'_, T> {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.pool.idle().extend(self.thing.take());
        }
    }
}
