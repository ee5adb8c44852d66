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
        var (known, said, isLate) = await facts.ProbeAsync(job.Tools, job.SourceKey, job.Loan, true, cancellation);
        if (known is not { Streams: { } streams } fact) return Refuse(job, isLate ? VariantFault.TimedOut(limits.Time) : VariantFault.LengthUnknown(said));
        if (streams.Width < 2 || streams.Height < 2) return Refuse(job, VariantFault.Unsupported("it has no picture"));
        var grid = HlsGrid.For(fact.Length);
        if (options.Segment is { } segment)
            return segment >= grid.Segments ? VariantFault.NoSegment(segment, grid.Segments).ToResponse()
                : Whole(job, await SegmentAsync(job, segment, grid, fact, cancellation));

        var sizes = options.IsMaster ? wanted.Links.SizesFor(options, streams) : [];
        if (options.IsMaster && sizes.Count == 0) return Refuse(job, VariantFault.NoSizes());
        var text = options.IsMaster
            ? HlsPlaylist.WriteMaster(sizes, streams, fact.Rate, size => Address(size))
            : HlsPlaylist.Write(grid, i => Address(options with { Segment = i, Format = "ts" }));
        return Answer(job, new MemoryStream(text), text.Length, null);

        string Address(VideoOptions other) => wanted.Links.AddressOf(job.Plan.SourcePath, other);
    }

    /// <summary>
    /// One segment. Some have no picture of their own, as where nothing moves in the recording of a screen, or sound goes on after the last one: without sound there is nothing to make then,
    /// and where there is some players stop, for what they need of both is missing in one. In these the picture before stays.
    /// </summary>
    private async Task<(byte[]? Body, VariantFault? Fault)> SegmentAsync(Job job, int segment, HlsGrid grid, SourceFact fact, CancellationToken cancellation)
    {
        var isCover = fact.Streams is { IsCover: true };
        var made = isCover ? default : await WholeAsync(job, CommandFor(job, input => FfmpegArguments.ForSegment(job.Options, segment, grid, fact, input, limits)), cancellation);
        // Some ffmpegs take it for a failure that one of two streams has nothing in it.
        if (made.Fault is { Status: not 415 } || HlsGrid.HasPicture(made.Body)) return made;
        var still = await WholeAsync(job, CommandFor(job, input => FfmpegArguments.ForSegment(job.Options, segment, grid, fact, input, limits, isStill: true)) with { IsPart = !isCover }, cancellation);
        return still.Body is not null || isCover ? still : made;
    }
}
