// Package merkle computes the commitments of tensors, bytes and lists of roots.
//
// A tensor is cut into chunks of 1 KiB in row-major order, the last one padded
// with zero bytes, and hashed into a binary tree of SHA-256 with a domain byte
// in front of every kind of node, so that no node can be taken for another:
//
//	leaf   = SHA-256(0x00 ‖ chunk)
//	inner  = SHA-256(0x01 ‖ left ‖ right)
//	tensor = SHA-256(0x02 ‖ dtype ‖ rank ‖ dims, 8 bytes big-endian each ‖ tree)
//	list   = SHA-256(0x03 ‖ count, 8 bytes big-endian ‖ tree over SHA-256(0x00 ‖ item))
//
// A tree has the depth of the next power of two; a place without a leaf holds 32
// zero bytes, and the tree of no leaves is those 32 zero bytes. Depth and number
// of chunks follow from dtype and dims, so a position outside does not exist.
//
// Surface: TensorRoot, BytesRoot, ListRoot, LeavesTree and TreeRoot (a tensor root in
// two steps), Hasher (streaming), Tree (paths), ChunkRoot and VerifyChunk (one chunk against a tensor root), ElementSize and
// Size (overflow-checked). The package allocates nothing that its caller did not
// bring, except in NewTree.
package merkle
