//! Which addresses may be dialled. Public ones may; private ones only where a network of the
//! configuration names them; link-local and metadata addresses never, whatever is configured.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

const fn v4(a: u8, b: u8, c: u8, d: u8, length: u8) -> IpNet {
    IpNet::new_assert(IpAddr::V4(Ipv4Addr::new(a, b, c, d)), length)
}

const fn v6(segments: [u16; 8], length: u8) -> IpNet {
    let [a, b, c, d, e, f, g, h] = segments;
    IpNet::new_assert(IpAddr::V6(Ipv6Addr::new(a, b, c, d, e, f, g, h)), length)
}

const METADATA: &str = "a metadata service, which is never called";
const LINK_LOCAL: &str = "a link-local address, which is never called";
const NO_HOST: &str = "an address of no single host, which is never called";

/// Never dialled; the first match counts.
const NEVER: [(IpNet, &str); 13] = [
    (v4(169, 254, 169, 254, 32), METADATA), // EC2 and most other clouds
    (v4(169, 254, 170, 2, 32), METADATA),   // ECS task credentials
    (v4(169, 254, 170, 23, 32), METADATA),  // EKS pod identity
    (v4(100, 100, 100, 200, 32), METADATA), // Alibaba
    (v4(168, 63, 129, 16, 32), METADATA),   // Azure
    (v6([0xfd00, 0xec2, 0, 0, 0, 0, 0, 0], 32), METADATA), // EC2 and EKS
    (v6([0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254], 128), METADATA), // Google
    (v4(169, 254, 0, 0, 16), LINK_LOCAL),
    (v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10), LINK_LOCAL),
    (v4(0, 0, 0, 0, 8), NO_HOST),
    (v4(224, 0, 0, 0, 3), NO_HOST), // multicast, reserved, broadcast
    (v6([0, 0, 0, 0, 0, 0, 0, 0], 128), NO_HOST),
    (v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8), NO_HOST),
];

const LOOPBACK: &str = "a loopback address; name its network in `CB_ALLOW_CIDRS` if it is meant";
const PRIVATE: &str = "a private address; name its network in `CB_ALLOW_CIDRS` if it is meant";
const SPECIAL: &str = "no public address; name its network in `CB_ALLOW_CIDRS` if it is meant";

/// Dialled only where the configuration names them (IANA's special-purpose registries).
const ON_REQUEST: [(IpNet, &str); 13] = [
    (v4(127, 0, 0, 0, 8), LOOPBACK),
    (v6([0, 0, 0, 0, 0, 0, 0, 1], 128), LOOPBACK),
    (v4(10, 0, 0, 0, 8), PRIVATE),
    (v4(172, 16, 0, 0, 12), PRIVATE),
    (v4(192, 168, 0, 0, 16), PRIVATE),
    (v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7), PRIVATE),
    (v4(100, 64, 0, 0, 10), SPECIAL),
    (v4(192, 0, 0, 0, 24), SPECIAL),
    (v4(192, 0, 2, 0, 24), SPECIAL),
    (v4(198, 18, 0, 0, 15), SPECIAL),
    (v4(198, 51, 100, 0, 24), SPECIAL),
    (v4(203, 0, 113, 0, 24), SPECIAL),
    (v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23), SPECIAL), // Teredo and other protocols
];

/// What IPv6 has in public use, apart from the documentation's addresses.
const PUBLIC_V6: IpNet = v6([0x2000, 0, 0, 0, 0, 0, 0, 0], 3);
const DOCUMENTATION_V6: IpNet = v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32);
/// IPv6 addresses that stand for an IPv4 one: RFC 6052 (a subnet without IPv4 uses it), the same of a
/// network's own (RFC 8215), the compatible ones of old (RFC 4291), Teredo (RFC 4380), RFC 3056.
const NAT64: IpNet = v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96);
const LOCAL_NAT64: IpNet = v6([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48);
const COMPATIBLE: IpNet = v6([0, 0, 0, 0, 0, 0, 0, 0], 96);
const TEREDO: IpNet = v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 32);
const SIX_TO_FOUR: IpNet = v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16);

/// Says what is wrong with `address`, if anything is.
pub(super) fn admit(address: IpAddr, cidrs: &[IpNet]) -> Result<(), &'static str> {
    // `::ffff:a.b.c.d` is dialled as IPv4.
    let address = address.to_canonical();
    let within = embedded(address);
    // What leads to another address must pass as that address, too.
    for address in [Some(address), within].into_iter().flatten() {
        if let Some(why) = find(&NEVER, address) {
            return Err(why);
        }
        let named = cidrs.iter().any(|cidr| cidr.contains(&address));
        if let (false, Some(why)) = (named, special(address)) {
            return Err(why);
        }
    }
    Ok(())
}

fn special(address: IpAddr) -> Option<&'static str> {
    let public = address.is_ipv4()
        || NAT64.contains(&address)
        || (PUBLIC_V6.contains(&address) && !DOCUMENTATION_V6.contains(&address));
    find(&ON_REQUEST, address).or((!public).then_some(SPECIAL))
}

fn find(table: &[(IpNet, &'static str)], address: IpAddr) -> Option<&'static str> {
    table
        .iter()
        .find(|(net, _)| net.contains(&address))
        .map(|(_, why)| *why)
}

/// The IPv4 address that an IPv6 address stands for.
fn embedded(address: IpAddr) -> Option<IpAddr> {
    let IpAddr::V6(v6) = address else { return None };
    let [_, b, c, .., y, z] = v6.segments();
    let within = |net: IpNet| net.contains(&address);
    let (high, low) = match address {
        _ if within(NAT64) || within(LOCAL_NAT64) => (y, z),
        // Not `::` and `::1`, which are themselves.
        _ if within(COMPATIBLE) && y != 0 => (y, z),
        _ if within(TEREDO) => (!y, !z),
        _ if within(SIX_TO_FOUR) => (b, c),
        _ => return None,
    };
    let [[i, j], [k, l]] = [high.to_be_bytes(), low.to_be_bytes()];
    Some(IpAddr::V4(Ipv4Addr::new(i, j, k, l)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PUBLIC: &str = "8.8.8.8 2606:4700::1111 172.15.255.255 172.32.0.1 64:ff9b::8.8.8.8";
    const PRIVATE_OR_SPECIAL: &str = "127.0.0.1 127.255.0.1 ::1 10.1.2.3 172.16.0.1 192.168.1.1 \
        100.64.0.1 198.18.0.1 fd12:3456::1 2001:db8::1 ::ffff:10.0.0.1 64:ff9b::10.0.0.1 2002:a00:1:: \
        ::10.0.0.1 64:ff9b:1::10.0.0.1 64:ff9b:1::8.8.8.8 2001:0:1::f7f7:f7f7 2001:0:1::80ff:fffe";
    const METADATA_OR_NO_HOST: &str = "169.254.169.254 169.254.170.2 169.254.1.1 100.100.100.200 \
        168.63.129.16 fd00:ec2::254 fd20:ce::254 fe80::1 febf::1 0.0.0.0 :: 224.0.0.1 \
        255.255.255.255 ff02::1 ::ffff:169.254.169.254 64:ff9b::169.254.169.254 2002:a9fe:a9fe:: \
        ::169.254.169.254 64:ff9b:1::169.254.169.254 2001:0:1::5601:5601";

    #[test]
    fn public_is_dialled_private_on_request_metadata_never() {
        let everything: Vec<IpNet> = vec!["0.0.0.0/0".parse().unwrap(), "::/0".parse().unwrap()];
        for (addresses, by_default, on_request) in [
            (PUBLIC, true, true),
            (PRIVATE_OR_SPECIAL, false, true),
            (METADATA_OR_NO_HOST, false, false),
        ] {
            for address in addresses.split_whitespace() {
                let parsed: IpAddr = address.parse().unwrap();
                assert_eq!(admit(parsed, &[]).is_ok(), by_default, "{address}");
                assert_eq!(
                    admit(parsed, &everything).is_ok(),
                    on_request,
                    "{address} on request"
                );
            }
        }
    }

    #[test]
    fn a_network_opens_only_itself() {
        let cidrs = ["10.1.0.0/16".parse().unwrap()];
        assert_eq!(admit("10.1.2.3".parse().unwrap(), &cidrs), Ok(()));
        assert_eq!(admit("10.2.2.3".parse().unwrap(), &cidrs), Err(PRIVATE));
        assert_eq!(admit("127.0.0.1".parse().unwrap(), &cidrs), Err(LOOPBACK));
    }
}
