//! {{ this is copied, not rendered }}

fn main() {
    println!("new");
}
