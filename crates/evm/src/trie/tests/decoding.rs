//! What the trie reads as a node, and what it refuses.

use super::*;

/// A byte string in RLP.
fn string(bytes: &[u8]) -> Vec<u8> {
    alloy_rlp::encode(bytes)
}

/// A list of these items in RLP.
fn list(items: &[Vec<u8>]) -> Vec<u8> {
    let mut out = Vec::new();
    alloy_rlp::Header { list: true, payload_length: items.iter().map(Vec::len).sum() }.encode(&mut out);
    out.extend(items.concat());
    out
}

/// A branch with these children, none elsewhere, and this value.
fn branch(children: &[(usize, Vec<u8>)], value: &[u8]) -> Vec<u8> {
    let mut items = vec![string(&[]); 16];
    children.iter().for_each(|(nibble, child)| items[*nibble] = child.clone());
    items.push(string(value));
    list(&items)
}

/// What a read of the key of zeros says to this root, with these other nodes in the store.
fn read(root: &[u8], others: &[&[u8]]) -> Result<Option<Vec<u8>>, TrieError> {
    let nodes = others.iter().chain([&root]).map(|node| (keccak256(node), node.to_vec())).collect();
    let store = Store { nodes, ..Store::default() };
    let mut trie = Trie::new(keccak256(root));
    let value = trie.get(&B256::ZERO, &store)?.map(<[u8]>::to_vec);
    assert_eq!(trie.commit(&mut |_, _| {}), keccak256(root));
    let proof = trie.proof(&B256::ZERO, &store)?;
    // Encoded again, the nodes are what the store has.
    assert!(*proof[0] == *root && proof[1..].iter().all(|node| others.contains(&node.as_ref())));
    Ok(value)
}

#[test]
fn accepts_what_is_well_formed() {
    let leaf = list(&[string(&[&[0x20][..], &[0; 32]].concat()), string(b"value")]);
    assert_eq!(read(&leaf, &[]), Ok(Some(b"value".to_vec())));
    let (hash, near) = (string(&[1; 32]), list(&[vec![0x20], string(b"v")]));
    let bottom = branch(&[(0, near), (9, hash.clone())], &[]);
    let below = |path: &[u8]| list(&[string(path), string(keccak256(&bottom).as_slice())]);
    assert_eq!(read(&below(&[&[0x10], &[0; 31][..]].concat()), &[&bottom]), Ok(Some(b"v".to_vec())));
    let middle = below(&[&[0x00], &[0; 31][..]].concat());
    let root = branch(&[(0, string(keccak256(&middle).as_slice())), (1, hash)], &[]);
    assert_eq!(read(&root, &[&middle, &bottom]), Ok(Some(b"v".to_vec())));
    assert_eq!(read(&root, &[&middle]), Err(TrieError::Missing(keccak256(&bottom))));
}

#[test]
fn refuses_what_is_malformed() {
    let hash = string(&[1; 32]);
    let path = |flag: u8, bytes: usize| string(&[&[flag][..], &vec![0; bytes]].concat());
    let leaf = list(&[path(0x20, 32), string(b"value")]);
    let two = [(0, hash.clone()), (1, hash.clone())];
    let roots = [
        vec![],
        vec![0xc0],
        string(&[0; 40]),
        leaf[..leaf.len() - 1].to_vec(),
        [&leaf[..], &[0]].concat(),
        list(&[path(0x20, 32)]),
        list(&[path(0x20, 32), string(b"value"), string(b"value")]),
        list(&vec![hash.clone(); 16]),
        list(&vec![hash.clone(); 18]),
        // Branches: with a value, with fewer than two children, with children that are none.
        branch(&two, b"value"),
        branch(&[], &[]),
        branch(&two[..1], &[]),
        branch(&[(0, string(&[1; 31])), two[1].clone()], &[]),
        branch(&[(0, string(&[1; 33])), two[1].clone()], &[]),
        branch(&[(0, vec![0x01]), two[1].clone()], &[]),
        branch(&[(0, list(&[])), two[1].clone()], &[]),
        branch(&[(0, leaf.clone()), two[1].clone()], &[]),
        branch(&[(0, list(&[path(0x20, 20), string(b"v")])), two[1].clone()], &[]),
        // Paths: unknown flags, padding that is not zero, too short or too long, a list.
        list(&[path(0x40, 32), string(b"value")]),
        list(&[path(0x40, 1), hash.clone()]),
        list(&[path(0xa0, 32), string(b"value")]),
        list(&[path(0x21, 32), string(b"value")]),
        list(&[path(0x01, 2), hash.clone()]),
        list(&[path(0x30, 31), string(b"value")]),
        list(&[path(0x30, 32), string(b"value")]),
        list(&[path(0x20, 33), string(b"value")]),
        list(&[path(0x00, 0), hash.clone()]),
        list(&[path(0x00, 32), hash.clone()]),
        list(&[string(&[]), hash.clone()]),
        list(&[list(&[]), hash.clone()]),
        // Values and children of a path.
        list(&[path(0x20, 32), string(&[])]),
        list(&[path(0x20, 32), list(&[])]),
        list(&[path(0x00, 1), string(&[])]),
        list(&[path(0x00, 1), string(&[1; 31])]),
        list(&[path(0x00, 31), list(&[path(0x20, 1), string(b"v")])]),
        // Lengths that are not the shortest form.
        list(&[path(0x20, 32), vec![0x81, 0x05]]),
        [&[0xf8, leaf.len() as u8 - 1], &leaf[1..]].concat(),
    ];
    for root in roots {
        assert_eq!(read(&root, &[]), Err(TrieError::Malformed(keccak256(&root))), "{root:02x?}");
    }
    // Under an extension, there must be a branch; and a short node is not hashed but for the root.
    let extension = list(&[path(0x10, 1), hash.clone()]);
    let rest = list(&[path(0x30, 30), string(b"value")]);
    for child in [rest, extension, list(&[path(0x30, 1), string(b"v")])] {
        let root = list(&[path(0x10, 0), string(keccak256(&child).as_slice())]);
        assert_eq!(read(&root, &[&child]), Err(TrieError::Malformed(keccak256(&child))), "{child:02x?}");
    }
    let short = list(&[vec![0x20], string(b"v")]);
    let bottom = branch(&[(0, string(keccak256(&short).as_slice())), two[1].clone()], &[]);
    let root = list(&[path(0x10, 31), string(keccak256(&bottom).as_slice())]);
    assert_eq!(read(&root, &[&bottom, &short]), Err(TrieError::Malformed(keccak256(&short))));
}
