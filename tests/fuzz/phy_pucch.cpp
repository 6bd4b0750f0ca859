// PUCCH with arbitrary parameters and an arbitrary grid: refused, or received without harm; what the sender accepts the receiver accepts too.
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "phy/pucch.h"

using namespace sen;
using namespace sen::phy;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t header = 32;
  if (size < header + 4) return 0;
  nr::l1::PucchPdu p;
  const auto wide = [&](size_t i) { return static_cast<uint16_t>(data[i] << 8 | data[i + 1]); };
  p.rnti = wide(0);
  p.bwp.extended_cp = data[2] & 1;
  p.bwp.start = data[3] % 8;
  p.bwp.size = data[4] % 24;
  p.format = data[5] % 6;
  p.start_symbol = data[6] % 16;
  p.symbols = data[7] % 16;
  p.first_rb = data[8] % 24;
  p.rbs = data[9] % 20;
  if (data[2] & 2) p.second_hop_rb = data[10] % 24;
  p.initial_cyclic_shift = data[11] % 14;
  p.time_domain_occ = data[12] % 8;
  p.occ_length = data[13] % 6;
  p.occ_index = data[14] % 6;
  p.pi2_bpsk = data[2] & 4;
  p.additional_dmrs = data[2] & 8;
  p.hopping_id = wide(15) % 1100;
  p.n_id = wide(17) % 1100;
  p.dmrs_n_id = wide(19);
  p.group_hopping = data[21] % 4;
  p.max_code_rate = data[22] % 8;
  p.uci.harq_bits = static_cast<uint16_t>(data[2] & 16 ? data[23] % 4 : wide(23) % 1800);
  p.uci.sr = data[25] % 6;
  p.uci.csi1_bits = data[26];
  p.uci.csi2_bits = data[27];
  const nr::Slot slot(static_cast<nr::Scs>(data[28] % 4), data[29]);
  p.bwp.scs = slot.scs();

  static PucchTransmitter transmitter;
  static PucchReceiver receiver(2);
  static Grid sent(1, 24), received(2, 24);
  nr::l1_ue::UciSend uci;
  const auto bits = [&](unsigned n) {
    nr::l1::Bits b{Bytes((n + 7) / 8), static_cast<uint16_t>(n)};
    for (size_t i = 0; i < b.octets.size(); ++i) b.octets[i] = data[header + i % (size - header)];
    return b;
  };
  uci.harq = bits(p.uci.harq_bits);
  uci.csi1 = bits(p.uci.csi1_bits);
  uci.csi2 = bits(p.uci.csi2_bits);
  if (data[2] & 32) uci.sr = data[30];
  const bool valid = check(p, 24).has_value();
  const bool went = transmitter.send(p, uci, slot, sent).has_value();
  sent.clear();
  if (went && !valid) std::abort();
  for (unsigned l = 0; l < 14; ++l) {
    for (unsigned r = 0; r < 2; ++r) {
      for (unsigned k = 0; k < received.subcarriers(); ++k) {
        const uint8_t* from = data + header + (k + 300 * l + 77 * r) % (size - header - 3);
        Cf& to = received.at(r, l, k);
        if (data[31] & 1) {  // any bit pattern
          float f;
          std::memcpy(&f, from, 4);
          to = {f, -f};
        } else {
          to = {static_cast<float>(static_cast<int8_t>(from[0])) / 16, static_cast<float>(static_cast<int8_t>(from[1])) / 16};
        }
      }
    }
  }
  const auto got = receiver.receive(p, slot, received);
  if (got.has_value() != valid) std::abort();
  if (got && got->detected && got->crc_ok && got->harq.size != p.uci.harq_bits) std::abort();
  return 0;
}
