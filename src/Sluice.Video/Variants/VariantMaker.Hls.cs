using Sluice.Core.Origins;
using Sluice.Video.Ffmpeg;
using Sluice.Video.Options;

namespace Sluice.Video.Variants;

/// <content>HLS of a video as it is asked for: playlists that are only written, and segments one by one.</content>
public sealed partial class VariantMaker
{
    private async Task<OriginResponse> HlsAsync(Job job, CancellationToken cancellation)
    {
        var (options, wanted) = (job.Options, job.Wanted);
        var (known, said, isLate) = await facts.ProbeAsync(job.Tools, job.Version, job.Loan, true, cancellation);
        if (known is not { Streams: { } streams } fact) return Refuse(job, isLate ? VariantFault.TimedOut(limits.Time) : VariantFault.LengthUnknown(said));
        if (streams.Width < 2 || streams.Height < 2) return Refuse(job, VariantFault.Unsupported("it has no picture"));
        var grid = HlsGrid.For(fact.Length);
        if (options.Segment is { } segment)
            return segment >= grid.Segments ? VariantFault.NoSegment(segment, grid.Segments).ToResponse()
                : Whole(job, await WholeAsync(job, new FfmpegCommand(FfmpegArguments.ForSegment(options, segment, grid, fact, job.Loan.Url, limits)), cancellation));

        var sizes = options.IsMaster ? wanted.Links.SizesFor(options, streams) : [];
        if (options.IsMaster && sizes.Count == 0) return Refuse(job, VariantFault.NoSizes());
        var text = options.IsMaster
            ? HlsPlaylist.WriteMaster(sizes, streams, fact.Rate, size => Address(size))
            : HlsPlaylist.Write(grid, i => Address(options with { Segment = i, Format = "ts" }));
        return Answer(job, new MemoryStream(text), text.Length, null);

        string Address(VideoOptions other) => wanted.Links.AddressOf(job.Plan.SourcePath, other);
    }
}
