using Sluice.Core.Origins;
using Sluice.Video.Ffmpeg;

namespace Sluice.Video.Variants;

/// <content>Sprite sheets.</content>
public sealed partial class VariantMaker
{
    /// <summary>Cells that one ffmpeg makes: each has a decoder of its own, and those of large pictures take much memory.</summary>
    private const int CellsAtOnce = 4;

    /// <summary>Pictures further apart than this are sought for one by one: it is longer than most groups of pictures, so that reading all of the source would read much for nothing.</summary>
    private static readonly TimeSpan FarApart = TimeSpan.FromSeconds(4);

    private async Task<OriginResponse> SheetAsync(Job job, CancellationToken cancellation)
    {
        var options = job.Options;
        var (fact, said, isLate) = await facts.ProbeAsync(job.Tools, job.SourceKey, job.Loan, false, cancellation);
        if (fact is not { Length: var whole }) return Refuse(job, isLate ? VariantFault.TimedOut(limits.Time) : VariantFault.LengthUnknown(said));
        var grid = SpriteGrid.For(options, whole);
        if (options.Format != "vtt")
        {
            var made = grid.Step > FarApart ? await SoughtAsync(job, grid, cancellation) : await WholeAsync(job, CommandFor(job, input => FfmpegArguments.ForSheet(options, grid, input, limits)), cancellation);
            // A cover has a time only where it is sought for.
            if (made is { Body: null, Fault: null }) made = await SoughtAsync(job, grid, cancellation);
            return Whole(job, made);
        }

        // As it was asked for: a share of a long film is a time that no URL may name.
        var image = job.Wanted.Links.AddressOf(job.Plan.SourcePath, job.Plan.Options! with { Format = "jpg", Derivative = null });
        var index = WebVtt.Write(grid, options.Time ?? TimeSpan.Zero, image);
        return Answer(job, new MemoryStream(index), index.Length, null);
    }

    /// <summary>A sheet of a long source: a few cells at a time, then all of them put together.</summary>
    private async Task<(byte[]? Body, VariantFault? Fault)> SoughtAsync(Job job, SpriteGrid grid, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        var size = grid.CellWidth * grid.CellHeight * 3 / 2;
        var cells = new byte[size * grid.Pictures];
        // Black, where nothing can be had.
        cells.AsSpan().Fill(128);
        for (var cell = 0; cell < grid.Pictures; cell++) cells.AsSpan(cell * size, grid.CellWidth * grid.CellHeight).Fill(16);
        VariantFault? fault = null;
        var any = false;
        for (var first = 0; first < grid.Pictures; first += CellsAtOnce)
        {
            var last = Math.Min(grid.Pictures, first + CellsAtOnce);
            if (await CellsAsync(first..last, cells.AsMemory(first * size, (last - first) * size)))
            {
                any = true;
                continue;
            }

            if (job.Loan.IsBroken) return (null, VariantFault.SourceUnreadable());
            // One of them is missing or damaged: each by itself, so that the others are not. In its place the last before is shown.
            for (var cell = first; cell < last; cell++)
            {
                if (await CellsAsync(cell..(cell + 1), cells.AsMemory(cell * size, size), orBefore: true)) any = true;
                else if (cell > 0) cells.AsSpan((cell - 1) * size, size).CopyTo(cells.AsSpan(cell * size, size));
            }
        }

        // One that came late is not whole.
        var rest = Left();
        if (rest <= TimeSpan.Zero) return (null, VariantFault.TimedOut(limits.Time));
        if (!any) return (null, fault ?? VariantFault.Unsupported("it has no picture there"));
        return await WholeAsync(job, new FfmpegCommand(FfmpegArguments.ForTiles(job.Options, grid, limits)) { Input = cells, Time = rest }, cancellation);

        TimeSpan Left() => limits.Time - time.GetElapsedTime(began);

        async Task<bool> CellsAsync(Range which, Memory<byte> place, bool orBefore = false)
        {
            var left = Left();
            if (left <= TimeSpan.Zero) return false;
            var (body, failed) = await WholeAsync(job, CommandFor(job, input => FfmpegArguments.ForCells(job.Options, grid, which, input, limits, orBefore)) with { IsPart = true, Time = left }, cancellation);
            fault ??= failed;
            if (body?.Length != place.Length) return false;
            body.CopyTo(place);
            return true;
        }
    }
}
