//! {{ this is copied, not rendered }}

<<<<<<< ours
fn main() {
    mine();
}
||||||| original
fn main() {}
=======
fn main() {
    println!("new");
}
>>>>>>> theirs
