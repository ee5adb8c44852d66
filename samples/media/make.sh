#!/usr/bin/env bash
# Makes the sample clip, its poster and its HLS rendition beside this script. Needs ffmpeg with libx264 (Debian: apt-get install ffmpeg).
# One thread and bit-exact muxing: the same ffmpeg build makes the same bytes again.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
command -v ffmpeg >/dev/null || { echo "make.sh: ffmpeg is missing; install it (Debian: apt-get install ffmpeg)" >&2; exit 1; }

run() { ffmpeg -nostdin -hide_banner -loglevel error -y "$@"; }
exact=(-threads 1 -map_metadata -1 -fflags +bitexact -flags:v +bitexact -flags:a +bitexact)

# testsrc draws the running time as large digits without any font, so a seek is visible in one frame.
run -f lavfi -i testsrc=size=640x360:rate=30:duration=10:decimals=2 -f lavfi -i sine=frequency=440:sample_rate=44100:duration=10 \
  -c:v libx264 -preset veryslow -profile:v main -level 3.0 -pix_fmt yuv420p -crf 26 -g 60 -keyint_min 60 -sc_threshold 0 \
  -c:a aac -b:a 64k -ac 1 "${exact[@]}" -movflags +faststart clip.mp4

run -ss 5 -i clip.mp4 -frames:v 1 -q:v 4 "${exact[@]}" -f image2 -update 1 poster.jpg

rm -rf hls && mkdir hls
(
  cd hls
  run -i ../clip.mp4 -c copy "${exact[@]}" -f hls -hls_time 6 -hls_list_size 0 -hls_playlist_type vod \
    -hls_flags independent_segments -hls_segment_filename 'clip-%03d.ts' -master_pl_name master.m3u8 clip.m3u8
  # Copying streams leaves ffmpeg without the codec string and the true peak rate, both of which players choose by:
  # Main profile level 3.0 and AAC-LC; the larger of the two segments' rates (6 s and 4 s).
  first=$(($(stat -c %s clip-000.ts) * 8 / 6)) second=$(($(stat -c %s clip-001.ts) * 8 / 4))
  peak=$((first > second ? first : second))
  sed -i "s/BANDWIDTH=[0-9]*\(.*\)/BANDWIDTH=$peak\1,CODECS=\"avc1.4d401e,mp4a.40.2\"/" master.m3u8
)
du -b --total clip.mp4 poster.jpg hls/*
