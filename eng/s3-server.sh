#!/usr/bin/env bash
# A one-process-each Ceph (monitor, object store in memory, S3 gateway) on loopback, for tests.
#
#   s3-server.sh start  [DIR] [PORT]   install if needed, start, print the endpoint and keys
#   s3-server.sh stop   [DIR]          stop what this script started from DIR
#   s3-server.sh wipe   [DIR]          stop, then delete DIR
#   s3-server.sh status [DIR]          say what runs; exit 0 if the endpoint answers, else 1
#   s3-server.sh env    [DIR]          print shell exports for the endpoint
#
# In a test script:   eval "$(s3-server.sh start "$dir" "$port")"
#
# DIR (default /tmp/sluice-s3) holds configuration, logs and process ids. PORT (default 18100) is
# the S3 endpoint; PORT+1, PORT+2 and ten ports from PORT+10 serve the parts among themselves, so two
# instances may run side by side from two directories on ports at least twenty apart.
#
# Objects live in memory and are gone after stop: every start of a stopped server is an empty one.
# start on a running server changes nothing and prints the same lines again. Keys stay the same for
# as long as DIR does.
#
# Environment, at the first start from DIR:
#   S3_SERVER_BYTES   room for objects, in bytes (default 4 GiB; memory is taken only as it is used)
#   S3_SERVER_DEBS    folder to keep the downloaded .deb files in, and to install from next time
set -euo pipefail

cmd=${1:-}
dir=${2:-/tmp/sluice-s3}
port=${3:-18100}

usage() { sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "$0"; }
die() { echo "s3-server: $*" >&2; exit 1; }

case $cmd in start|stop|wipe|status|env) ;; ''|-h|--help|help) usage; exit 0 ;; *) usage >&2; exit 2 ;; esac
[[ $dir == /* ]] || dir=$PWD/$dir
dir=${dir%/}
[[ -n $dir ]] || die "the root directory will not do as DIR"
conf=$dir/ceph.conf

# When a process started, in clock ticks since boot; nothing for one that has ended.
started() { # pid
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  read -r -a stat <<<"${stat##*) }"
  [[ ${stat[0]} != [ZX] ]] && echo "${stat[19]}"
}

# A process file holds a process id and when that process started, so an id that has since been
# given to someone else is not taken for ours.
ours() { # name
  local pid since
  read -r pid since 2>/dev/null <"$dir/run/$1.pid" || return 1
  [[ $pid =~ ^[0-9]+$ && -n $since && $(started "$pid") == "$since" ]]
}

pid_of() { cut -d' ' -f1 "$dir/run/$1.pid"; } # name

launch() { # name command...
  local name=$1; shift
  setsid "$@" </dev/null >>"$dir/log/$name.out" 2>&1 &
  echo "$! $(started $!)" >"$dir/run/$name.pid"
  disown
}

stop_all() {
  local name pid i
  for name in rgw osd mon; do
    if ours $name; then
      pid=$(pid_of $name)
      # The object store would write its memory to disk on a polite stop; nobody will read it.
      if [[ $name == osd ]]; then kill -KILL "$pid" 2>/dev/null || true; else kill -TERM "$pid" 2>/dev/null || true; fi
      for ((i = 0; i < 50; i++)); do ours $name || break; sleep 0.1; done
      if ours $name; then kill -KILL "$pid" 2>/dev/null || true; sleep 0.2; fi
    fi
    rm -f "$dir/run/$name.pid"
  done
}

install_packages() {
  local need=() p opts=()
  for p in radosgw ceph-mon ceph-osd; do
    [[ $(dpkg-query -W -f='${Status}' "$p" 2>/dev/null || true) == 'install ok installed' ]] || need+=("$p")
  done
  ((${#need[@]})) || return 0
  [[ $(id -u) == 0 ]] || die "installing ${need[*]} needs root"
  if [[ -n ${S3_SERVER_DEBS:-} ]]; then
    mkdir -p "$S3_SERVER_DEBS/partial"
    opts=(-o "Dir::Cache::archives=$(realpath "$S3_SERVER_DEBS")" -o APT::Keep-Downloaded-Packages=true)
  fi
  # Debian's packages start their own daemons; ours are the only ones wanted.
  local policy=/usr/sbin/policy-rc.d made=
  if [[ ! -e $policy ]]; then printf '#!/bin/sh\nexit 101\n' >"$policy"; chmod 755 "$policy"; made=1; fi
  echo "s3-server: installing ${need[*]}" >&2
  local rc=0
  { apt-get -o DPkg::Lock::Timeout=300 update -q && DEBIAN_FRONTEND=noninteractive \
      apt-get -o DPkg::Lock::Timeout=300 install -y -q --no-install-recommends "${opts[@]}" "${need[@]}"; } >"$dir/log/apt.log" 2>&1 || rc=$?
  [[ -z $made ]] || rm -f "$policy"
  ((rc == 0)) || { tail -20 "$dir/log/apt.log" >&2; die "apt-get failed (all of it: $dir/log/apt.log)"; }
}

random_key() { head -c 96 /dev/urandom | base64 -w0 | tr -d '+/=' | head -c "$1"; }

settings() {
  if [[ ! -s $dir/settings ]]; then
    ( umask 077
      { echo "access_key=DEV$(random_key 32 | tr a-z A-Z | head -c 17)"
        echo "secret_key=$(random_key 40)"
        echo "stranger_access_key=DEV$(random_key 32 | tr a-z A-Z | head -c 17)"
        echo "stranger_secret_key=$(random_key 40)"
        echo "bytes=${S3_SERVER_BYTES:-4294967296}"
      } >"$dir/settings" )
  fi
  sed -i '/^port=/d' "$dir/settings"
  echo "port=$port" >>"$dir/settings"
  # shellcheck disable=SC1091
  . "$dir/settings"
}

configure() {
  rm -rf "$dir/mon" "$dir/osd" "$dir/run"
  mkdir -p "$dir"/{mon,osd,run,log}
  rm -f "$dir"/log/{mon,osd,rgw,client,cluster}*
  cat >"$conf" <<CONF
[global]
fsid = $fsid
mon_host = [v2:127.0.0.1:$((port + 1)),v1:127.0.0.1:$((port + 2))]
public_network = 127.0.0.0/8
cluster_network = 127.0.0.0/8
ms_bind_port_min = $((port + 10))
ms_bind_port_max = $((port + 19))

# Nothing outside this machine can reach the parts, so they do not authenticate to each other.
# (S3 requests are authenticated all the same.) Without keys there is no encryption between them
# either, which has to be said for every pair: the gateway would insist on it towards the monitor.
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
ms_cluster_mode = crc
ms_service_mode = crc
ms_client_mode = crc
ms_mon_cluster_mode = crc
ms_mon_service_mode = crc
ms_mon_client_mode = crc

osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 4
osd_pool_default_pgp_num = 4
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
mon_allow_pool_size_one = true
mon_max_pg_per_osd = 1000
mon_data_avail_warn = 1
mon_data_avail_crit = 0
paxos_propose_interval = 0.05
paxos_min_wait = 0.01

run_dir = $dir/run
admin_socket = $dir/run/\$name.\$pid.asok
pid_file =
crash_dir = $dir/run
log_file = $dir/log/\$name.log
mon_cluster_log_file = $dir/log/cluster.log
mon_data = $dir/mon
osd_data = $dir/osd
osd_objectstore = memstore
memstore_device_bytes = $bytes

[client.rgw]
rgw_data = $dir/run
rgw_frontends = beast endpoint=127.0.0.1:$port
rgw_enable_apis = s3, notifications
rgw_dns_name = s3.localhost
rgw_dynamic_resharding = false
# Give deleted objects' memory back soon, not in two hours.
rgw_gc_obj_min_wait = 5
rgw_gc_processor_period = 5
rgw_gc_processor_max_time = 5
CONF
}

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

print_env() {
  # shellcheck disable=SC1091
  . "$dir/settings"
  cat <<OUT
export S3_ENDPOINT=http://127.0.0.1:$port
export S3_REGION=us-east-1
export S3_ACCESS_KEY=$access_key
export S3_SECRET_KEY=$secret_key
export S3_STRANGER_ACCESS_KEY=$stranger_access_key
export S3_STRANGER_SECRET_KEY=$stranger_secret_key
OUT
}

fail() { tail -n 12 "$dir"/log/*.out "$dir"/log/*.log >&2 2>/dev/null || true; stop_all; die "$*"; }

quiet() { timeout 60 "$@" >>"$dir/log/setup.out" 2>&1 || fail "failed: $*"; }

case $cmd in
start)
  [[ $port =~ ^[0-9]+$ ]] && ((port > 1023 && port < 65500)) || die "PORT must be a number from 1024 to 65499"
  mkdir -p "$dir/log"
  install_packages
  if ours mon && ours osd && ours rgw && [[ $(sed -n 's/^port=//p' "$dir/settings") == "$port" ]] && answers "$port"; then
    print_env; exit 0
  fi
  stop_all
  for p in "$port" $((port + 1)) $((port + 2)); do if answers "$p"; then die "port $p is in use"; fi; done
  fsid=$(</proc/sys/kernel/random/uuid)
  settings
  configure
  : >"$dir/log/setup.out"
  quiet monmaptool --create --fsid "$fsid" --addv a "[v2:127.0.0.1:$((port + 1)),v1:127.0.0.1:$((port + 2))]" "$dir/run/monmap"
  quiet ceph-mon -c "$conf" --mkfs -i a --monmap "$dir/run/monmap"
  launch mon ceph-mon -c "$conf" -i a -f
  osd_id=$(</proc/sys/kernel/random/uuid)
  quiet ceph -c "$conf" osd new "$osd_id"
  quiet ceph -c "$conf" osd crush add osd.0 1.0 root=default host=localhost
  quiet ceph-osd -c "$conf" -i 0 --mkfs --osd-uuid "$osd_id"
  launch osd ceph-osd -c "$conf" -i 0 -f
  launch rgw radosgw -c "$conf" -n client.rgw -f
  for ((i = 0; i < 300; i++)); do
    for name in mon osd rgw; do ours $name || fail "$name ended early"; done
    if answers "$port"; then break; fi
    sleep 0.2
  done
  answers "$port" || fail "no answer from port $port within 60 seconds"
  quiet radosgw-admin -c "$conf" -n client.rgw user create --uid=owner --display-name=owner \
    --access-key="$access_key" --secret-key="$secret_key"
  quiet radosgw-admin -c "$conf" -n client.rgw user create --uid=stranger --display-name=stranger \
    --access-key="$stranger_access_key" --secret-key="$stranger_secret_key"
  print_env
  ;;
stop) stop_all ;;
wipe)
  [[ -d $dir ]] || exit 0
  [[ -e $conf || -e $dir/settings || $(ls -A "$dir") =~ ^(log)?$ ]] || die "$dir does not look like this script's directory"
  stop_all
  rm -rf -- "$dir"
  ;;
status)
  rc=0
  for name in mon osd rgw; do
    if ours $name; then echo "$name: running, pid $(pid_of $name)"; else echo "$name: stopped"; rc=1; fi
  done
  ((rc)) || answers "$(sed -n 's/^port=//p' "$dir/settings")" || rc=1
  exit $rc
  ;;
env)
  [[ -s $dir/settings ]] || die "not configured: $dir"
  print_env
  ;;
esac
