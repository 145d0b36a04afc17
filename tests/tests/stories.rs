//! The stories: what the whole chain promises, each over real processes. One folder, one story a
//! function; a story's name says what it shows.

mod stories {
    //! Grouped by what goes wrong, or who watches.

    pub(crate) mod common;
    mod closed_loop;
    mod delivery;
    mod dispatch;
    mod order;
    mod outage;
    mod store;
    mod breakers;
    mod reactions;
    mod terraform_life;
    mod terraform_errors;
    mod faults;
    mod functions;
    mod import;
    mod moved;
    mod terraform_checks;
    mod terraform_arguments;
    mod examples;
}
