// Decoding and encoding rates of the codecs: messages of the captures under tests/vectors, one thread, median of 15 runs.
#include <sstream>

#include "base/ensure.h"
#include "bench/bench.h"
#include "codec/gtpu/gpdu.h"
#include "codec/nas/mm.h"
#include "codec/ngap/ngap.h"
#include "codec/pfcp/message.h"

using namespace sen;

namespace {

ngap::NgapPdu initial_ue_message() {
  ngap::InitialUeMessage message;
  message.ran_ue_ngap_id = 1;
  message.nas_pdu = *from_hex("7e004179000d0199f9070000000000000000102e04f0f0f0f0");
  auto& nr = message.user_location_information.set_user_location_information_nr();
  nr.nr_cgi.plmn_identity = {0x99, 0xf9, 0x07};
  nr.tai.plmn_identity = {0x99, 0xf9, 0x07};
  nr.tai.tac = {0, 0, 1};
  message.ue_context_request = ngap::UeContextRequest::requested;
  return message;
}

void bench_ngap() {
  ngap::NgapPdu pdu = initial_ue_message();
  Bytes bytes = *ngap::encode(pdu);
  bench::report("codec", "NGAP InitialUEMessage decode", bench::median_ns([&] { ensure(ngap::decode(bytes)); }), "messages");
  bench::report("codec", "NGAP InitialUEMessage encode", bench::median_ns([&] { ensure(ngap::encode(pdu)); }), "messages");
  Random random(1);
  ngap::NgapPdu setup = ngap::random_message(ngap::InitialContextSetupRequest::procedure_code, ngap::Outcome::initiating, random);
  Bytes large = *ngap::encode(setup);
  std::string name = fmt::format("NGAP InitialContextSetupRequest of {} octets", large.size());
  bench::report("codec", name + " decode", bench::median_ns([&] { ensure(ngap::decode(large)); }), "messages");
  bench::report("codec", name + " encode", bench::median_ns([&] { ensure(ngap::encode(setup)); }), "messages");
}

void bench_nas() {
  Bytes bytes = *from_hex("7e004179000d0199f9070000000000000000102e04f0f0f0f0");
  auto message = nas::decode(bytes);
  ensure(message);
  bench::report("codec", "NAS Registration Request decode", bench::median_ns([&] { ensure(nas::decode(bytes)); }), "messages");
  bench::report("codec", "NAS Registration Request encode", bench::median_ns([&] { ensure(nas::encode(*message)); }), "messages");
}

Bytes captured_establishment() {
  std::ifstream file("tests/vectors/pfcp_captures.txt");
  for (std::string line; std::getline(file, line);) {
    auto bytes = from_hex(line.substr(line.rfind(' ') + 1));
    if (bytes && bytes->size() > 4 && (*bytes)[1] == pfcp::SessionEstablishmentRequest::type) return *bytes;
  }
  return {};
}

void bench_pfcp() {
  Bytes bytes = captured_establishment();
  if (bytes.empty()) {
    fmt::print(stderr, "run it from the repository's root: tests/vectors/pfcp_captures.txt is not here\n");
    return;
  }
  auto packet = pfcp::decode(bytes);
  ensure(packet);
  std::string name = fmt::format("PFCP Session Establishment Request of {} octets", bytes.size());
  bench::report("codec", name + " decode", bench::median_ns([&] { ensure(pfcp::decode(bytes)); }), "messages");
  bench::report("codec", name + " encode", bench::median_ns([&] { ensure(pfcp::encode(*packet)); }), "messages");
}

void bench_gtpu() {
  Bytes packet(gtpu::gpdu_header_octets + 64);
  gtpu::write_gpdu_header(std::span<uint8_t, gtpu::gpdu_header_octets>(packet.data(), gtpu::gpdu_header_octets), 77, 64, gtpu::PduType::ul, 9);
  uint64_t sum = 0;
  bench::report("codec", "GTP-U G-PDU parse", bench::median_ns([&] {
    auto view = gtpu::parse_gpdu(packet);
    sum += view ? view->teid : 0;
  }), "packets");
  ensure(sum > 0);
}

}  // namespace

int main() {
  bench_ngap();
  bench_nas();
  bench_pfcp();
  bench_gtpu();
}
