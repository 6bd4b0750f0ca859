// The slot-level air between processes: one process has the cells (and perhaps UEs of its own), others have UEs; a Unix stream socket
// carries, per step, the cells' downlink slots one way and the UEs' uplink slots the other. Lock-stepped: the server waits for every UE
// process's answer, so results do not depend on how UEs are spread over processes. Frames are length-prefixed and checked; a peer that
// breaks the rules, dies or keeps silent for `timeout` is dropped with its UEs, and the others go on.
//
// Both ends hold a SlotAir: the UE process's receives the downlink for its UEs, the server's receives the uplink of all. One thread;
// exchange() and next() block.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "air/slot_air.h"

namespace sen::air {

struct ServerConfig {
  std::string path;                          // of the socket; a stale file there is replaced
  std::chrono::milliseconds timeout{10000};  // for a UE process's answer
  double pace = 0;                           // air seconds per real second; 0: as fast as it goes
};

class AirServer {
 public:
  static constexpr size_t max_processes = 64;

  // `air` with all its cells; it outlives the server. Error io names the path and the system's reason.
  static Result<std::unique_ptr<AirServer>> open(const ServerConfig& config, SlotAir& air);
  ~AirServer();
  AirServer(const AirServer&) = delete;

  // After send() of every cell whose slot begins now, before their receive(): UE processes hear the slots, their transmissions are in the
  // air when it returns. Waits for real time first when paced. New processes join here.
  void exchange(int64_t now_ns);
  // Until n processes are connected, for start-up. False when the time is over.
  bool wait_for_processes(size_t n, std::chrono::milliseconds limit);
  size_t processes() const;

  struct Statistics {
    uint64_t joined = 0, left = 0, timeouts = 0, bad_frames = 0, refused = 0;
    uint64_t late_steps = 0;  // behind real time when paced
  };
  const Statistics& statistics() const;

 private:
  struct Impl;
  explicit AirServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// A UE process's end. Per step: next(), then for each UE the receive functions of air(), then transmit(), then answer().
class AirClient {
 public:
  // Connects and learns the cells. Error io (no server, refused) or invalid (another version, malformed).
  static Result<std::unique_ptr<AirClient>> connect(const std::string& path, std::chrono::milliseconds timeout = std::chrono::seconds(10));
  ~AirClient();
  AirClient(const AirClient&) = delete;

  // Readable when next() would not wait long: for an event loop.
  int descriptor() const;
  SlotAir& air();
  Result<UeIndex> add_ue(const UeRadio& radio);
  void remove_ue(UeIndex ue);
  void move_ue(UeIndex ue, const Track& track);
  bool tune(UeIndex ue, uint16_t pci, uint32_t ssb_arfcn);

  // Blocks for the next step and puts it into air(). The time of the step; Error io when the server has gone or sent nonsense.
  Result<int64_t> next();
  // The cells whose slot begins in this step, with that slot.
  const std::vector<std::pair<CellIndex, nr::Slot>>& slots() const;
  void transmit(UeIndex ue, nr::l1_ue::UlSlot slot);
  Status answer();

 private:
  struct Impl;
  explicit AirClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sen::air
