// AES-CMAC (RFC 4493) of several messages under one key at once. One CMAC is a chain of dependent AES rounds and waits for their latency;
// eight chains side by side take little longer than one (x86-64 with AES instructions; elsewhere, or with SEN_ISA=scalar, one after
// another).
#pragma once

#include "crypto/primitives/aes.h"

namespace sen::crypto {

struct CmacJob {
  Octets<8> header;
  ByteView message;
  uint32_t mac = 0;  // the result: the first 32 bits of the CMAC of header || message
};

// `subkey` is aes_cmac_subkey(key).
void aes_cmac_32_batch(const Key128& key, const Block& subkey, std::span<CmacJob> jobs);
// The same through aes_cmac_32(), the reference.
void aes_cmac_32_each(const Key128& key, const Block& subkey, std::span<CmacJob> jobs);

}  // namespace sen::crypto
