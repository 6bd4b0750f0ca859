#!/usr/bin/env python3
"""attach.py BINARY ROOT [UES]: what attaching UEs costs the network, and what a connected UE takes in the gNB's memory.

Core, gNB and UEs run as processes on loopback without privilege. Counted is the CPU time of the core's and of the gNB's process (/proc/PID/stat), less
what each takes when it idles (the gNB's slots go on all the time), from the start of the UEs until each has a PDU session with its DRB; the UEs' process,
which stands in for the generator, is not. The memory is the growth of the gNB's anonymous resident pages from 1 connected UE to all, a UE (SRB1, SRB2 and
an AM DRB, without traffic). One line of JSON a figure."""
import json, os, pathlib, random, signal, subprocess, sys, tempfile, time

TICK = os.sysconf("SC_CLK_TCK")


def cpu(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def anonymous_octets(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    return 0


def machine():
    for line in open("/proc/cpuinfo"):
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "unknown"


def wait_for(what, done, limit_s=120):
    end = time.monotonic() + limit_s
    while not done():
        if time.monotonic() > end:
            sys.exit(f"attach.py: {what} did not happen within {limit_s} s")
        time.sleep(0.01)


class Network:
    def __init__(self, binary, root, ues, folder):
        self.binary, self.root, self.folder, self.processes = binary, root, folder, []
        self.port = random.randrange(20000, 40000)
        subscribers = "".join(f"    - {{imsi: \"{999700000000001 + i}\", key: 465B5CE8B199B49FAA5F0A2EE238A6BC, opc: E8ED289DEBA952E4283B54E88E6183CA}}\n" for i in range(ues + 1))
        pathlib.Path(f"{folder}/subscribers.yml").write_text("udm:\n  subscribers:\n" + subscribers)

    def up(self):
        sets = ["udm.store=:memory:", "amf.ngap.sctp=usrsctp-udp", f"amf.ngap.udp_port={self.port}", "upf.n6=builtin", "metrics.enabled=false"]
        root, folder = self.root, self.folder
        self.core = self.start("core", "core", "-c", f"{root}/configs/core.yml", "-c", f"{folder}/subscribers.yml", *[a for s in sets for a in ("--set", s)])
        wait_for("core started", lambda: "core started" in self.log("core"))
        sets = ["cu_cp.amf.sctp=usrsctp-udp", f"cu_cp.amf.remote_udp_port={self.port}", f"cu_cp.amf.udp_port={self.port + 1}", f"ru_air.path={folder}/air"]
        self.gnb = self.start("gnb", "gnb", "-c", f"{root}/configs/gnb.yml", *[a for s in sets for a in ("--set", s)])
        wait_for("NG setup", lambda: "NG setup completed" in self.log("gnb"))

    def start(self, name, *arguments):
        out = open(f"{self.folder}/{name}.log", "w")
        process = subprocess.Popen([self.binary, *arguments], stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        self.processes.append(process)
        return process.pid

    def log(self, name):
        return pathlib.Path(f"{self.folder}/{name}.log").read_text(errors="replace")

    def ues(self, name, count, first):
        return self.start(name, "ue", "-c", f"{self.root}/configs/ue.yml", "--set", f"air.path={self.folder}/air", "--set", f"count={count}", "--set", "tun.mode=off",
                          "--set", f"usim.imsi={999700000000001 + first}", "--set", "log.level=info")

    def sessions(self, name):
        return self.log(name).count("is established")

    def stop(self):
        for process in reversed(self.processes):
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()


def main():
    binary, root = sys.argv[1], sys.argv[2]
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 400
    with tempfile.TemporaryDirectory() as folder:
        network = Network(binary, root, count, folder)
        try:
            network.up()
            network.ues("one", 1, 0)
            wait_for("the first UE's session", lambda: network.sessions("one") == 1)
            time.sleep(1)
            before = {pid: cpu(pid) for pid in (network.core, network.gnb)}
            time.sleep(2)
            idle = {pid: (cpu(pid) - before[pid]) / 2 for pid in before}
            memory = anonymous_octets(network.gnb)
            before = {pid: cpu(pid) for pid in before}
            start = time.monotonic()
            network.ues("many", count, 1)
            wait_for(f"{count} sessions", lambda: network.sessions("many") == count)
            wall = time.monotonic() - start
            used = {pid: max(cpu(pid) - before[pid] - idle[pid] * wall, 1 / TICK) for pid in before}
            time.sleep(1)
            memory = (anonymous_octets(network.gnb) - memory) / count
            common = {"bench": "attach", "ues": count, "machine": machine()}
            for name, pid in (("core", network.core), ("gnb", network.gnb)):
                print(json.dumps(common | {"operation": f"registration and session, {name}", "cpu_us_a_ue": round(used[pid] / count * 1e6), "attaches_per_s_and_core": round(count / used[pid]),
                                           "ratio_of": f"attached UEs to CPU time of the {name}'s process, idle share taken away"}))
            print(json.dumps(common | {"operation": "registration and session, on the clock", "attaches_per_s": round(count / wall, 1),
                                       "ratio_of": "attached UEs to real time, one 20 MHz TDD cell, all UEs at once"}))
            print(json.dumps(common | {"operation": "memory of a connected UE in the gNB", "octets_a_ue": round(memory), "ratio_of": "growth of anonymous resident memory to UEs"}))
        finally:
            network.stop()


main()
