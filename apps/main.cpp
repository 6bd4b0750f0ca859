// The command line of sen5g: each subcommand parses into an options struct and calls its function in apps/.
#include <CLI/CLI.hpp>

#include "apps/commands.h"

int main(int argc, char** argv) {
  using namespace sen;
  CLI::App app{"Sen5G: a complete 5G standalone network in one binary"};
  app.require_subcommand(1);
  app.set_help_all_flag("--help-all", "Help of every subcommand");
  std::function<int()> run;

  VersionOptions version;
  app.add_subcommand("version", "Print version, build and libraries")->callback([&] { run = [&] { return run_version(version); }; });

  CoreOptions core;
  auto config_flags = [](CLI::App* command, ConfigOptions& config) {
    command->add_option("-c,--config", config.files, "Configuration file; may be given several times, later files win")->check(CLI::ExistingFile);
    command->add_option("--set", config.overrides, "Override one value, as in --set amf.name=lab; beats every file")->allow_extra_args(false);
  };
  auto core_flags = [&](CLI::App* command, CoreOptions& options) {
    config_flags(command, options.config);
    command->add_option("--log-file", options.log_file, "Write the log into this file too");
    command->add_option("--log-level", options.log_level, "none, error, warning, info or debug for every layer")
        ->check(CLI::IsMember({"none", "error", "warning", "info", "debug"}));
  };
  auto* core_command = app.add_subcommand("core", "Run the core network (AMF, SMF, AUSF/UDM, UPF) on real sockets");
  core_flags(core_command, core);
  core_command->add_option("--pcap", core.pcap_folder, "Write captures (N2, deciphered NAS, N4, N3) into this folder");
  core_command->add_flag("--dryrun", core.dry_run, "Check configuration and sockets, then end");
  core_command->callback([&] { run = [&] { return run_core(core); }; });

  CoreOptions gnb;
  auto* gnb_command = app.add_subcommand("gnb", "Run a gNB on real sockets; UEs of other processes use its slot-level air");
  core_flags(gnb_command, gnb);
  gnb_command->add_option("--pcap", gnb.pcap_folder, "Write captures (N2, N3, RRC, MAC, RLC, PDCP) into this folder");
  gnb_command->add_flag("--dryrun", gnb.dry_run, "Check configuration and sockets, then end");
  gnb_command->callback([&] { run = [&] { return run_gnb(gnb); }; });

  UeOptions ue;
  auto* ue_command = app.add_subcommand("ue", "Run test UEs over the air of a gNB in another process");
  core_flags(ue_command, ue.core);
  ue_command->add_option("--scenario", ue.scenario, "Go through a scenario, print the report and end: register, session or traffic; without it the UEs stay attached")
      ->check(CLI::IsMember({"register", "session", "traffic"}));
  ue_command->callback([&] { run = [&] { return run_ue(ue); }; });

  DemoOptions demo;
  auto* demo_command = app.add_subcommand("demo", "Run the whole network in this process, attach UEs, ping and transfer");
  core_flags(demo_command, demo.core);
  demo_command->add_option("--clock", demo.clock, "virtual: simulated time, reproducible; real: real time")
      ->check(CLI::IsMember({"virtual", "real"}))
      ->capture_default_str();
  demo_command->add_option("--seed", demo.seed, "Seed of everything random under the virtual clock")->capture_default_str();
  demo_command->add_option("--ues", demo.ues, "Number of UEs")->check(CLI::Range(1, 1000))->capture_default_str();
  demo_command->add_option("--cells", demo.cells, "Number of cells; with two or more the first UE is handed over")->check(CLI::Range(1, 8))->capture_default_str();
  demo_command->add_option("--air", demo.air,
                           "iq: waveforms, every channel sent and received by the PHY; slot: transport blocks and control bits, for many UEs; auto: iq as long "
                           "as cells and UEs are few")
      ->check(CLI::IsMember({"auto", "iq", "slot"}))
      ->capture_default_str();
  demo_command->add_option("--snr", demo.snr_db, "SNR of the waveforms in dB, behind TDL-A fading of 30 ns and 10 Hz")->check(CLI::Range(-10.0, 60.0))->capture_default_str();
  demo_command->add_option("--record", demo.record_folder, "Write the samples that each cell and UE receives into this folder (SigMF; --air iq)");
  demo_command->add_option("--record-seconds", demo.record_seconds, "How long; 184 MB a second, port and receiver")->check(CLI::Range(0.001, 3600.0))->capture_default_str();
  demo_command->add_option("--scenario", demo.scenario, "What the UEs do: sessions with traffic, or the whole cycle of release, service request, deregistration")
      ->check(CLI::IsMember({"traffic", "cycle"}))
      ->capture_default_str();
  demo_command->add_option("--bler", demo.bler, "Share of blocks that the slot-level air loses at their first transmission")->check(CLI::Range(0.0, 0.9))->capture_default_str();
  demo_command->add_option("--harq-retransmissions", demo.harq_retransmissions, "Retransmissions of a block at most; with few RLC has to repair the rest")
      ->check(CLI::Range(0, 15))
      ->capture_default_str();
  demo_command->add_option("--captures", demo.captures, "all; core: without mac, rlc, pdcp and rrc; none")
      ->check(CLI::IsMember({"all", "core", "none"}))
      ->capture_default_str();
  demo_command->add_flag("--table", demo.table, "Print a line of radio figures of each UE every second of the network's time");
  demo_command->add_option("--metrics", demo.metrics_file, "Write the same as JSON, a line a second, into this file ('-': standard output)");
  demo_command->add_option("--output", demo.output_folder, "Folder for captures, picture and log")->capture_default_str();
  demo_command->callback([&] { run = [&] { return run_demo(demo); }; });

  LoadOptions load;
  auto* load_command = app.add_subcommand("load", "Emulate gNBs and UEs at N2 and N3 against any core");
  load_command->add_option("--amf", load.amf, "Address of the AMF, address[:port]")->capture_default_str();
  load_command->add_option("--bind", load.bind, "Local address for N2 and N3")->capture_default_str();
  load_command->add_option("--sctp", load.sctp, "SCTP back end")->check(CLI::IsMember({"auto", "kernel", "usrsctp", "usrsctp-udp"}))->capture_default_str();
  load_command->add_option("--udp-port", load.udp_port, "Local UDP port of SCTP's encapsulation (usrsctp-udp)")->capture_default_str();
  load_command->add_option("--remote-udp-port", load.remote_udp_port, "The AMF's UDP port of SCTP's encapsulation")->capture_default_str();
  load_command->add_option("--gnbs", load.gnbs, "Number of gNBs")->check(CLI::Range(1, 1000))->capture_default_str();
  load_command->add_option("--ues", load.ues, "Number of UEs")->check(CLI::Range(1, 1000000))->capture_default_str();
  load_command->add_option("--rate", load.rate, "UEs started a second; 0: as fast as the window allows")->capture_default_str();
  load_command->add_option("--window", load.window, "Procedures in flight at most")->check(CLI::Range(1, 100000))->capture_default_str();
  load_command->add_option("--plmn", load.plmn, "PLMN, MCC/MNC")->capture_default_str();
  load_command->add_option("--tac", load.tac, "Tracking area code")->capture_default_str();
  load_command->add_option("--slice", load.slice, "S-NSSAI, SST or SST-SD")->capture_default_str();
  load_command->add_option("--dnn", load.dnn, "Data network name")->capture_default_str();
  load_command->add_option("--imsi", load.first_imsi, "IMSI of the first UE; the others follow")->capture_default_str();
  load_command->add_option("--key", load.key, "K of every UE, 32 hexadecimal digits")->capture_default_str();
  load_command->add_option("--opc", load.opc, "OPc of every UE, 32 hexadecimal digits")->capture_default_str();
  load_command->add_option("--scenario", load.scenario, "register, session, traffic, or cycle (with release and deregistration)")
      ->check(CLI::IsMember({"register", "session", "traffic", "cycle"}))
      ->capture_default_str();
  load_command->add_option("--suci", load.suci, "Protection scheme of the SUCI")->check(CLI::IsMember({"null", "A", "B"}))->capture_default_str();
  load_command->add_option("--hnet-key", load.home_network_key, "Home network public key for --suci A or B, hexadecimal, with --hnet-key-id");
  load_command->add_option("--hnet-key-id", load.home_network_key_id, "Identifier of that key")->capture_default_str();
  load_command->add_option("--traffic-seconds", load.traffic_seconds, "Duration of the traffic phase")->capture_default_str();
  load_command->add_option("--traffic-rate", load.traffic_rate_mbps, "Mbit/s of each UE and direction in the traffic phase")->check(CLI::PositiveNumber)->capture_default_str();
  load_command->add_option("--pings", load.pings, "Pings of each UE and IP version")->check(CLI::Range(0, 10000))->capture_default_str();
  load_command->add_option("--target", load.target, "IPv4 address that the UEs ping and send to")->capture_default_str();
  load_command->add_option("--target6", load.target_v6, "The same over IPv6")->capture_default_str();
  load_command->add_option("--session-type", load.session_type, "PDU session type asked for")->check(CLI::IsMember({"ipv4", "ipv6", "ipv4v6"}))->capture_default_str();
  load_command->add_option("--packet-size", load.packet_size, "Octets of an IP packet of the traffic phase")->check(CLI::Range(64, 1500))->capture_default_str();
  load_command->add_option("--timeout", load.timeout_seconds, "Give up a procedure after this many seconds")->capture_default_str();
  load_command->add_option("--json", load.json_file, "Write the report as JSON into this file ('-': standard output)");
  load_command->add_option("--pcap", load.pcap_folder, "Write captures into this folder");
  load_command->callback([&] { run = [&] { return run_load(load); }; });

  LinkOptions link;
  auto* link_command = app.add_subcommand("link", "Simulate a physical channel over SNR: BLER and throughput as CSV, JSON and a picture");
  link_command->add_option("channel", link.channel, "pdsch, pusch, pdcch, pbch, pucch, prach, or a code alone: ldpc, polar")
      ->check(CLI::IsMember({"pdsch", "pusch", "pdcch", "pbch", "pucch", "prach", "ldpc", "polar"}));
  link_command->add_option("-c,--config", link.files, "File with cases (see 'sen5g config reference link')")->check(CLI::ExistingFile);
  link_command->add_option("--set", link.overrides, "A parameter of the channel on the command line, as in --set shared.mcs=16")->allow_extra_args(false);
  link_command->add_option("--snr", link.snr, "FROM:TO[:STEP] in dB, for every case");
  link_command->add_option("--seed", link.seed, "Seed of payloads, channels and noise");
  link_command->add_option("--errors", link.errors, "A point ends after so many failed blocks (100)")->check(CLI::Range(1, 1000000));
  link_command->add_option("--blocks", link.blocks, "or after so many blocks (10000)")->check(CLI::Range(1, 1000000000));
  link_command->add_option("--threads", link.threads, "Threads; 0: one a core. The results do not depend on it")->check(CLI::Range(0, 256))->capture_default_str();
  link_command->add_option("--output", link.output_folder, "Folder for link.csv, link.json, link.svg and the state from which a sweep goes on")->capture_default_str();
  link_command->add_flag("--fresh", link.fresh, "Forget the state in the folder");
  link_command->add_flag("--list", link.list, "Show the cases with all parameters, then end");
  link_command->add_flag("--conformance", link.conformance, "Measure the requirement points of TS 38.104 section 8 instead: link-conformance.md in the folder");
  link_command->add_flag("--quiet", link.quiet, "No progress bar");
  link_command->footer(
      "Examples:\n"
      "  sen5g link ldpc --set code.tb_bits=8448 --set code.rate=0.5 --snr -1:2:0.25\n"
      "  sen5g link pusch --set shared.mcs=16 --set air.profile=tdla30 --set air.doppler=10 --set air.rx=2 --snr 0:16\n"
      "  sen5g link --config configs/link.yml --errors 200 --output results\n"
      "  sen5g link --conformance --blocks 20000 --output results");
  link_command->callback([&] { run = [&] { return run_link(link); }; });

  SubscriberOptions subscriber;
  auto* subscriber_command = app.add_subcommand("subscriber", "Manage the subscriber store: add, list, show, remove, import, ...");
  config_flags(subscriber_command, subscriber.config);
  subscriber_command->add_option("--store", subscriber.store, "Store file; default: udm.store of the configuration");
  subscriber_command->add_flag("--replace", subscriber.replace, "import: overwrite subscribers that exist");
  subscriber_command->add_option("verb", subscriber.arguments, "Verb and its arguments")->required();
  subscriber_command->footer(subscriber_help());
  subscriber_command->positionals_at_end();
  subscriber_command->callback([&] { run = [&] { return run_subscriber(subscriber); }; });

  ConfigCheckOptions check;
  auto* config_command = app.add_subcommand("config", "Configuration");
  config_command->require_subcommand(1);
  auto* check_command = config_command->add_subcommand("check", "Check a configuration file and say what is wrong");
  check_command->add_option("file", check.config.files, "Files; later ones win")->required();
  check_command->add_option("--set", check.config.overrides, "Override one value")->allow_extra_args(false);
  check_command->callback([&] { run = [&] { return run_config_check(check); }; });
  auto* reference_command = config_command->add_subcommand("reference", "Print every key with range, default and meaning");
  reference_command->add_option("node", check.node, "core, gnb, ue or link")->check(CLI::IsMember({"core", "gnb", "ue", "link"}))->capture_default_str();
  reference_command->add_flag("--schema", check.schema, "As JSON schema");
  reference_command->callback([&] { run = [&] { return run_config_reference(check); }; });

  PcapVerifyOptions verify;
  auto* pcap_command = app.add_subcommand("pcap", "Captures");
  pcap_command->require_subcommand(1);
  auto* verify_command = pcap_command->add_subcommand("verify", "Decode every NGAP, NAS, PFCP and GTP-U message, encode it again, report differences");
  verify_command->add_option("files", verify.files, "Captures (pcap or pcapng)")->required()->check(CLI::ExistingFile);
  verify_command->add_option("--subscribers", verify.subscribers, "YAML file with subscribers' keys, to decipher NAS")->check(CLI::ExistingFile);
  verify_command->add_flag("--leaves", verify.leaves, "Print every leaf of every message");
  verify_command->callback([&] { run = [&] { return run_pcap_verify(verify); }; });

  CLI11_PARSE(app, argc, argv);
  return run();
}
