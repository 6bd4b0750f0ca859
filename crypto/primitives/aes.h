// AES-128 (FIPS 197) through OpenSSL in the three modes that 3GPP uses. One context per thread and mode, re-keyed by each call: no
// allocation after a thread's first call.
#pragma once

#include "crypto/key.h"

namespace sen::crypto {

using Block = Octets<16>;

// Each 16-octet block of `blocks` by itself, in place.
void aes_encrypt_blocks(const Key128& key, std::span<Block> blocks);
Block aes_encrypt(const Key128& key, const Block& block);

// Counter mode (SP 800-38A) in place; `counter` is the first counter block.
void aes_ctr(const Key128& key, const Block& counter, std::span<uint8_t> data);

// The subkey K1 of CMAC (RFC 4493 2.3).
Block aes_cmac_subkey(const Key128& key);
// First 32 bits of the CMAC of header || the first `bits` bits of message.
uint32_t aes_cmac_32(const Key128& key, const Block& subkey, const Octets<8>& header, ByteView message, size_t bits);

}  // namespace sen::crypto
