//! `cb-sandbox`: Datadog's monitors, SNS and Lambda's asynchronous side, played on 127.0.0.1.
//!
//! It is the witness of the whole chain, so it uses nothing of this project's other crates: what it knows of the wire it
//! knows from Datadog's and AWS's own documents and answers. One [`hub::Hub`] holds the state; everything else is either
//! an HTTP surface over it (`control`, `datadog`, `lambda`) or a pure rule that can be read and tested alone.

pub mod commands;
mod compare;
mod replay;
pub mod app;
pub mod cli;
pub mod breakers;
mod carry;
mod page;
mod control;
mod datadog;
mod lambda;
mod recorder;
mod unpack;
mod serve;
mod metrics;
mod alerting;
pub mod hub;
pub mod lines;
mod world;
mod schedules;
mod record;
mod log;
mod faults;
mod queue;
mod delivery;
mod sns;
mod monitor;
mod series;
mod ids;
mod clock;
