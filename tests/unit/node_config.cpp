// Configuration of the gNB and of the UE that cannot work: each refusal names file and line, the field, its value, and what is allowed by which clause.
#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "apps/gnb_config.h"
#include "apps/ue_config.h"

namespace sen {
namespace {

class NodeConfig : public testing::Test {
 protected:
  NodeConfig() { std::filesystem::create_directory(folder_); }
  ~NodeConfig() override { std::filesystem::remove_all(folder_); }

  // All problems, with the file as "f".
  std::string gnb(const std::string& yaml, std::vector<std::string> overrides = {}) { return text(load_gnb_config(options(yaml, std::move(overrides))).problems); }
  std::string ue(const std::string& yaml, std::vector<std::string> overrides = {}) { return text(load_ue_config(options(yaml, std::move(overrides))).problems); }

 private:
  ConfigOptions options(const std::string& yaml, std::vector<std::string> overrides) {
    std::ofstream(folder_ / "f.yml") << yaml;
    return {{(folder_ / "f.yml").string()}, std::move(overrides)};
  }
  std::string text(const std::vector<Error>& problems) const {
    std::string out;
    for (const auto& problem : problems) out += (out.empty() ? "" : "\n") + problem.describe();
    const std::string file = (folder_ / "f.yml").string();
    for (size_t at; (at = out.find(file)) != std::string::npos;) out.replace(at, file.size(), "f");
    return out;
  }
  std::filesystem::path folder_ = std::filesystem::temp_directory_path() / ("sen5g-config-" + std::to_string(::getpid()));
};

TEST_F(NodeConfig, gnb_takes_what_is_left_out_from_its_defaults) { EXPECT_EQ(gnb("gnb_id: 5\n"), ""); }

TEST_F(NodeConfig, gnb_refuses_a_bandwidth_that_the_band_lacks) {
  EXPECT_EQ(gnb("gnb_id: 5\ncell_cfg:\n  band: 78\n  channel_bandwidth_MHz: 5\n"),
            "f:4 cell_cfg.channel_bandwidth_MHz: 5 is not allowed in n78 at 30 kHz (10, 15, 20, 25, 30, 40, 50, 60, 70, 80, 90, 100; TS 38.104 table 5.3.5-1)");
}

TEST_F(NodeConfig, gnb_refuses_a_subcarrier_spacing) {
  EXPECT_EQ(gnb("cell_cfg:\n  common_scs: 45\n"), "f:2 cell_cfg.common_scs: 45 kHz is not allowed (15, 30, 60, 120; TS 38.211 4.2)");
}

TEST_F(NodeConfig, gnb_refuses_frequencies) {
  EXPECT_EQ(gnb("cell_cfg:\n  dl_arfcn: 1000\n"), "f:2 cell_cfg.dl_arfcn: 1000 lies in no band (TS 38.104 5.4.2)");
  EXPECT_EQ(gnb("cell_cfg:\n  band: 78\n  dl_arfcn: 500000\n"), "f:3 cell_cfg.dl_arfcn: 500000 is outside n78 (3300000 to 3800000 kHz; TS 38.104 table 5.2-1)");
  EXPECT_EQ(gnb("cell_cfg:\n  band: 78\n  dl_arfcn: 632629\n"), "f:3 cell_cfg.dl_arfcn: 632629 is not on the 30 kHz channel raster of n78 (TS 38.104 5.4.2.3)");
  EXPECT_EQ(gnb("cell_cfg:\n  band: 200\n"), "f:2 cell_cfg.band: n200 is unknown (TS 38.104 5.2)");
  EXPECT_EQ(gnb("cell_cfg:\n  ssb:\n    dl_arfcn: 632000\n"), "f:3 cell_cfg.ssb.dl_arfcn: 632000: no SSB with a CORESET 0 fits there into the carrier (TS 38.213 13)");
}

TEST_F(NodeConfig, gnb_refuses_tdd_patterns) {
  EXPECT_EQ(gnb("cell_cfg:\n  tdd_ul_dl_cfg:\n    nof_dl_slots: 9\n    nof_ul_slots: 2\n"),
            "f:2 cell_cfg.tdd_ul_dl_cfg: 9 downlink and 2 uplink slots do not fit a period of 10 (TS 38.213 11.1)");
  EXPECT_EQ(gnb("cell_cfg:\n  tdd_ul_dl_cfg:\n    dl_ul_tx_period: 7\n    nof_dl_slots: 4\n"),
            "f:2 cell_cfg.tdd_ul_dl_cfg: period of 3500 us is not allowed at 30 kHz (500, 1000, 2000, 2500, 3000, 4000, 5000, 10000; TS 38.213 11.1)");
  EXPECT_EQ(gnb("cell_cfg:\n  tdd_ul_dl_cfg:\n    nof_dl_symbols: 12\n    nof_ul_symbols: 12\n"),
            "f:2 cell_cfg.tdd_ul_dl_cfg: 7 + 2 slots and 12 + 12 symbols do not fit a period of 10 slots (TS 38.213 11.1)");
}

TEST_F(NodeConfig, gnb_refuses_prach) {
  EXPECT_EQ(gnb("cell_cfg:\n  prach:\n    prach_root_sequence_index: 500\n"),
            "f:3 cell_cfg.prach.prach_root_sequence_index: 500 is not allowed with format B4 (0 to 137; TS 38.331 RACH-ConfigCommon)");
  EXPECT_EQ(gnb("cell_cfg:\n  prach:\n    prach_config_index: 262\n"), "f:3 cell_cfg.prach.prach_config_index: 262 is outside -1 to 255");
}

TEST_F(NodeConfig, gnb_refuses_cells_that_contradict_each_other) {
  EXPECT_EQ(gnb("cells:\n  - pci: 3\n  - pci: 3\n"), "f:3 cells[1].pci: 3 is another cell's too");
  EXPECT_EQ(gnb("cells:\n  - pci: 3\n    sector_id: 1\n  - pci: 4\n    sector_id: 1\n"), "f:5 cells[1].sector_id: 0x4001 is another cell's too");
  EXPECT_EQ(gnb("cell_cfg:\n  dl_arfcn: 1000\ncells:\n  - pci: 1\n"), "f:2 cell_cfg.dl_arfcn: 1000 lies in no band (TS 38.104 5.4.2)") << "inherited";
}

TEST_F(NodeConfig, gnb_refuses_its_identity_and_addresses) {
  EXPECT_EQ(gnb("gnb_id: 8388608\n"), "f:1 gnb_id: 8388608 does not fit 22 bits");
  EXPECT_EQ(gnb("gnb_id_bit_length: 21\n"), "f:1 gnb_id_bit_length: 21 is outside 22 to 32 bits");
  EXPECT_NE(gnb("cu_cp:\n  amf:\n    bind_addr: nowhere\n").find("f:3 cu_cp.amf.bind_addr"), std::string::npos);
  EXPECT_NE(gnb("cu_up:\n  ngu:\n    bind_addr: 1.2.3\n").find("f:3 cu_up.ngu.bind_addr"), std::string::npos);
}

TEST_F(NodeConfig, gnb_refuses_neighbours) {
  EXPECT_EQ(gnb("gnb_id: 5\ncu_cp:\n  mobility:\n    cells:\n      - nr_cell_id: 98304\n        pci: 1\n"), "f:6 cu_cp.mobility.cells[0].pci: 1 is another cell's too");
  EXPECT_EQ(gnb("gnb_id: 5\ncu_cp:\n  mobility:\n    cells:\n      - nr_cell_id: 81921\n        pci: 9\n"),
            "f:5 cu_cp.mobility.cells[0].nr_cell_id: 5 is this gNB: its own cells belong into cells");
  EXPECT_EQ(gnb("cu_cp:\n  mobility:\n    cells:\n      - ssb_scs: 60\n"),
            "f:4 cu_cp.mobility.cells[0].ssb_scs: 60 kHz is not allowed (15, 30, 120, 240; TS 38.104 5.4.3.3)");
}

TEST_F(NodeConfig, gnb_refuses_radios) {
  const std::string n3 = "cell_cfg:\n  dl_arfcn: 368500\n  band: 3\n  channel_bandwidth_MHz: 10\n  common_scs: 15\nru_sdr:\n";
  EXPECT_EQ(gnb(n3 + "  srate: 11.52\n"), "");
  EXPECT_EQ(gnb(n3 + "  device_driver: uhd\n"), "f:7 ru_sdr.device_driver: 'uhd' is not one of zmq");
  EXPECT_EQ(gnb(n3 + "  srate: 12\n"), "f:7 ru_sdr.srate: 12 MHz does not fit 52 PRB of 15 kHz (11.52, 15.36, 23.04, 30.72, 46.08, 61.44, 92.16, 122.88)");
  EXPECT_EQ(gnb(n3 + "  device_args: tx_port=tcp://*:2000\n"), "f:7 ru_sdr.device_args: 1 tx_port and 0 rx_port: the antennas of the cells need 1 and 1");
  EXPECT_EQ(gnb(n3 + "  device_args: tx_port=tcp://*:2000,rx_port=tcp://localhost:2001,base_srate=20e6\n  srate: 11.52\n"),
            "f:7 ru_sdr.device_args: base_srate=20e6 is no multiple of srate, 11.52 MHz, that L1 can make: give 11.52e6 here and to the peer");
  EXPECT_EQ(gnb(n3 + "  srate: 11.52\nru_air:\n  seed: 1\n"), "f:6 ru_sdr: stands beside ru_air: the cells have a radio or the slot-level air, not both");
  EXPECT_EQ(gnb("cu_cp:\n  security:\n    nea_pref_list: nea0,nea5\n"), "f:3 cu_cp.security.nea_pref_list: 'nea0,nea5': nea0 to nea3, each once (expected: list as nea2,nea1)");
}

TEST_F(NodeConfig, gnb_names_unknown_keys_and_overrides) {
  EXPECT_EQ(gnb("cell_cfg:\n  dl_arfc: 1\n"), "f:2 cell_cfg.dl_arfc: unknown key; did you mean 'dl_arfcn'?");
  EXPECT_EQ(gnb("", {"cell_cfg.dl_arfcn=1000"}), "--set cell_cfg.dl_arfcn=1000 cell_cfg.dl_arfcn: 1000 lies in no band (TS 38.104 5.4.2)");
}

TEST_F(NodeConfig, ue_refuses_a_usim_that_cannot_exist) {
  EXPECT_EQ(ue(""), "");
  EXPECT_NE(ue("usim:\n  imsi: \"12345\"\n").find("f:2 usim.imsi"), std::string::npos) << ue("usim:\n  imsi: \"12345\"\n");
  EXPECT_NE(ue("usim:\n  imsi: \"001010000000001\"\n  plmn: \"99970\"\n").find("f:2 usim.imsi"), std::string::npos) << "another network's";
  EXPECT_NE(ue("usim:\n  key: 465B\n").find("f:2 usim.key: '465B'"), std::string::npos);
  EXPECT_NE(ue("usim:\n  plmn: \"9997\"\n").find("f:2 usim.plmn: '9997'"), std::string::npos);
}

TEST_F(NodeConfig, ue_refuses_radios_that_cannot_work) {
  const std::string good =
      "rf:\n  device_driver: zmq\n  device_args: tx_port=ipc:///tmp/a,rx_port=ipc:///tmp/b\n  srate: 11.52\ncell_search:\n  dl_arfcn: 368500\n";
  EXPECT_EQ(ue(good), "");
  EXPECT_EQ(ue(good, {"rf.device_driver=uhd"}), "--set rf.device_driver=uhd rf.device_driver: 'uhd' is not one of none, zmq");
  EXPECT_EQ(ue(good, {"rf.srate=11"}),
            "--set rf.srate=11 rf.srate: 11 MHz is no rate at 15 kHz: 7.68, 11.52 or 15.36, 23.04, 30.72 for 5, 10, 15, 20, 40 or 100 MHz of bandwidth, as the gNB's");
  EXPECT_EQ(ue(good + "  ssb_arfcn: [368410, 380000]\n"),
            "f:7 cell_search.ssb_arfcn: 380000 is 57.50 MHz off dl_arfcn 368500: a sampling rate of 11.52 MHz does not reach there");
  EXPECT_EQ(ue(good, {"cell_search.dl_arfcn=0"}), "--set cell_search.dl_arfcn=0 cell_search.dl_arfcn: a ZMQ radio cannot be tuned: give the gNB's cell_cfg.dl_arfcn");
  EXPECT_EQ(ue(good, {"cell_search.band=78"}), "f:6 cell_search.dl_arfcn: 368500 is outside n78 (3300000 to 3800000 kHz; TS 38.104 table 5.2-1)");
  EXPECT_EQ(ue(good, {"cell_search.common_scs=60"}), "--set cell_search.common_scs=60 cell_search.common_scs: 60 kHz has no SSB in n3 (TS 38.104 5.4.3.3)");
  EXPECT_EQ(ue(good, {"rf.device_args=tx_port=ipc:///tmp/a"}),
            "--set rf.device_args=tx_port=ipc:///tmp/a rf.device_args: a tx_port and an rx_port are needed, one for each antenna");
  EXPECT_EQ(ue(good + "count: 2\n"), "f:7 count: 2 UEs cannot share a radio: 1 (more processes, or the slot-level air)");
  EXPECT_EQ(ue(good + "air:\n  path: /tmp/x\n"), "f:8 air.path: of rf and air one: a UE with a radio has no slot-level air");
}

TEST_F(NodeConfig, ue_refuses_sessions_and_targets) {
  EXPECT_EQ(ue("session:\n  type: ethernet\n"), "f:2 session.type: 'ethernet' is not one of ipv4, ipv6, ipv4v6");
  EXPECT_EQ(ue("count: 2000\n"), "f:1 count: 2000 is outside 1 to 1000");
  EXPECT_EQ(ue("traffic:\n  target: \"2001:db8::1\"\n"), "f:2 traffic.target: 2001:db8::1 is no IPv4 address");
  EXPECT_EQ(ue("traffic:\n  target_v6: 10.0.0.1\n"), "f:2 traffic.target_v6: 10.0.0.1 is no IPv6 address");
}

}  // namespace
}  // namespace sen
