// The air between processes: here threads with a socket between them.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <thread>

#include "air/detail/wire.h"
#include "air/socket.h"
#include "base/random.h"
#include "tests/unit/air_network.h"

namespace sen::air::test {

namespace {

std::string path_of(const char* name) { return fmt::format("/tmp/sen5g-test-{}-{}.sock", ::getpid(), name); }

// A UE process that connects, and sends `packets` up and gets as many down.
struct UeProcess {
  explicit UeProcess(Network& n) : network(n) {}

  void run(const std::string& path, unsigned steps) {
    auto connected = AirClient::connect(path);
    ASSERT_TRUE(connected) << connected.error().describe();
    client = std::move(*connected);
    index = *client->add_ue({11, Track::standing({100, 0, 1.5}), 9});
    client->tune(index, network.config.l1.pci, network.config.l1.ssb_arfcn);
    for (unsigned i = 0; i < steps; ++i) {
      auto now = client->next();
      if (!now) break;
      for (const auto& [cell, slot] : client->slots()) step(slot);
      if (!client->answer()) break;
    }
    client.reset();
  }
  void step(nr::Slot slot) {
    auto& air = client->air();
    if (slot.in_frame() == 0) {
      mac.set_path_loss(air.link(0, index).path_loss_db);
      mac.on_csi(slot, air.measure(index));
    }
    if (!mac.sleeping(slot)) {
      for (const auto& dci : air.receive_pdcch(index, mac.search(slot))) mac.on_dci(slot, dci);
      for (auto& block : air.receive_pdsch(index, mac.pdsch(slot))) mac.on_pdsch(slot, std::move(block));
      client->transmit(index, mac.uplink(slot));
    }
    executor.run_for(std::chrono::nanoseconds(nr::slot_ns(slot.scs())));
  }

  Network& network;
  std::unique_ptr<AirClient> client;
  UeIndex index = 0;
  ManualExecutor executor;
  PacketPool pool{4096};
  mac::UeMac mac{{}, 11};
};

Bytes sample_answer() {
  detail::Answer answer;
  answer.now_ns = 5;
  answer.changes.push_back({detail::Change::Kind::add, 3, {9, Track::walk({1, 2, 3}, {4, 5, 6}, 2), 7}, 0, 0});
  nr::l1_ue::UlSlot slot;
  slot.slot = nr::Slot(nr::Scs::khz30, 77);
  slot.pusch.emplace_back();
  slot.pusch[0].tb = {1, 2, 3};
  slot.pusch[0].pusch.allocation.rbs = {{1, 2}};
  slot.pusch[0].uci.harq = {{0xc0}, 2};
  slot.pucch.emplace_back();
  slot.pucch[0].uci.sr = true;
  slot.prach.emplace_back();
  slot.srs.emplace_back();
  answer.sendings.push_back({3, slot});
  return detail::frame(detail::FrameType::uplink, answer);
}

}  // namespace

TEST(AirWire, frames_come_back_as_they_went) {
  const Bytes frame = sample_answer();
  detail::Answer answer;
  ASSERT_TRUE(detail::parse(ByteView(frame).subspan(detail::frame_header), answer));
  EXPECT_EQ(answer.changes[0].radio.track.waypoints.size(), 2u);
  EXPECT_EQ(answer.sendings[0].slot.slot.count(), 77u);
  EXPECT_EQ(answer.sendings[0].slot.pusch[0].tb, (Bytes{1, 2, 3}));
  EXPECT_EQ(detail::frame(detail::FrameType::uplink, answer), frame);
}

TEST(AirWire, a_truncated_or_mutated_frame_is_refused_or_harmless) {
  const Bytes frame = sample_answer();
  const ByteView payload = ByteView(frame).subspan(detail::frame_header);
  for (size_t n = 0; n < payload.size(); ++n) {
    detail::Answer answer;
    EXPECT_FALSE(detail::parse(payload.first(n), answer));
  }
  Random random(4);
  for (unsigned i = 0; i < 20000; ++i) {
    Bytes mutated(payload.begin(), payload.end());
    mutated[random.between(0, mutated.size() - 1)] = static_cast<uint8_t>(random.next());
    detail::Answer answer;
    if (!detail::parse(mutated, answer)) continue;
    SlotAir air({});
    const auto cell = *air.add_cell({mac::test::tdd_cell().l1, {}, 5});
    detail::RemoteUes ues(air);
    nr::l1::DlSlot dl;
    nr::l1::UlSlot ul;
    ul.slot = nr::Slot(nr::Scs::khz30, 77);
    ul.pusch.resize(1);
    ul.pucch.resize(1);
    ul.prach.resize(1);
    ul.srs.resize(1);
    air.send(cell, dl, ul);
    ues.apply(std::move(answer));
    air.receive(cell);
  }
}

TEST(AirSocket, a_ue_in_another_process_gets_its_response_to_random_access) {
  const auto path = path_of("access");
  Network n(mac::test::tdd_cell(), {});
  auto server = AirServer::open({.path = path}, n.air);
  ASSERT_TRUE(server) << server.error().describe();
  constexpr unsigned steps = 400;
  UeProcess process(n);
  process.mac.camp(n.config, false);
  process.mac.set_cell(n.config);
  process.mac.start_random_access({});
  std::thread thread([&] { process.run(path, steps); });
  ASSERT_TRUE((*server)->wait_for_processes(1, std::chrono::seconds(10)));
  for (unsigned i = 0; i < steps; ++i) {
    n.air.advance(n.now_ns);
    n.dl = {};
    n.ul = {};
    n.cell->slot(n.slot, n.dl, n.ul);
    n.air.send(n.index, n.dl, n.ul);
    (*server)->exchange(n.now_ns);
    n.cell->indicate(n.air.receive(n.index));
    n.now_ns += nr::slot_ns(n.config.l1.scs);
    ++n.slot;
  }
  thread.join();
  EXPECT_GE(n.air.statistics().preambles, 1u);
  EXPECT_GE(n.air.statistics().pusch_ok, 1u);  // Msg3
  EXPECT_EQ(n.air.statistics().pusch_unmatched, 0u) << n.air.last_mismatch();
  // The process ended: its UE leaves with the next step.
  n.air.send(n.index, n.dl, n.ul);
  (*server)->exchange(n.now_ns);
  EXPECT_EQ((*server)->processes(), 0u);
  EXPECT_EQ((*server)->statistics().left, 1u);
}

TEST(AirSocket, a_silent_or_babbling_peer_is_dropped_and_the_air_goes_on) {
  const auto path = path_of("babble");
  SlotAir air({});
  const auto cell = *air.add_cell({mac::test::tdd_cell().l1, {}, 5});
  auto server = AirServer::open({.path = path, .timeout = std::chrono::milliseconds(50)}, air);
  ASSERT_TRUE(server);
  nr::l1::DlSlot dl;
  nr::l1::UlSlot ul;
  const auto dial = [&] {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::copy(path.begin(), path.end(), address.sun_path);
    EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    return fd;
  };
  const int silent = dial();
  ASSERT_TRUE((*server)->wait_for_processes(1, std::chrono::seconds(5)));
  air.send(cell, dl, ul);
  (*server)->exchange(0);
  EXPECT_EQ((*server)->processes(), 0u);
  EXPECT_EQ((*server)->statistics().timeouts, 1u);
  ::close(silent);
  const int babbling = dial();
  const Bytes nonsense(200, 0xff);
  ASSERT_GT(::send(babbling, nonsense.data(), nonsense.size(), MSG_NOSIGNAL), 0);
  ASSERT_TRUE((*server)->wait_for_processes(1, std::chrono::seconds(5)));
  (*server)->exchange(1);
  EXPECT_EQ((*server)->processes(), 0u);
  EXPECT_EQ((*server)->statistics().bad_frames, 1u);
  ::close(babbling);
}

TEST(AirSocket, errors_name_the_path) {
  const auto missing = AirClient::connect("/tmp/sen5g-no-such.sock");
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().describe().find("/tmp/sen5g-no-such.sock"), std::string::npos);
  SlotAir air({});
  EXPECT_FALSE(AirServer::open({.path = std::string(200, 'x')}, air));
}

}  // namespace sen::air::test
