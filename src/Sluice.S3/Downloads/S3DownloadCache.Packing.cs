using Microsoft.Extensions.Logging;

namespace Sluice.S3.Downloads;

public sealed partial class S3DownloadCache
{
    // A packed file is unpacked into its place by one caller, or past the cache where there is no room for it. Null: it was damaged, or is gone, and is to be looked up again.
    private async Task<DownloadFound?> UnpackAsync(DownloadStore open, DownloadFound found, CancellationToken cancellation)
    {
        try
        {
            var unpacked = await flights.RunAsync($"unpack {found.Row!.Key}", null, async (_, stop) => await UnpackAsync(open, found.Row, stop) is { } row
                ? DownloadFound.In(open, row, found.Outcome) : Elsewhere(open, found), cancellation);
            return unpacked with { Outcome = found.Outcome, Fetched = found.Fetched };
        }
        catch (Exception damaged) when (damaged is InvalidDataException or InvalidOperationException)
        {
            log.LogWarning(DownloadEvents.FileDamaged, "The cached file of {Url} was damaged, and is fetched anew", found.Row!.Url);
            Drop(open, found.Row);
        }
        catch (Exception failure) when (DownloadTrouble.Is(failure))
        {
            Trouble(open, failure);
        }
        return null;
    }

    private async Task<DownloadRow?> UnpackAsync(DownloadStore open, DownloadRow row, CancellationToken cancellation)
    {
        var vigil = new DownloadVigil(open, row.Key, time);
        while (!open.TryBegin(row.Key))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), time, cancellation);
            if (vigil.IsOver())
            {
                trouble.StandsStill(row.Url);
                return null;
            }
            if (open.Index.Find(row.Key) is { Packed: false } done && done.Created == row.Created) return done;
        }
        try
        {
            if (open.Index.Find(row.Key) is { Packed: false } done && done.Created == row.Created) return done;
            if (open.Unpack(row) is { } unpacked) return unpacked;
            trouble.NoRoom(row.Url, row.Length, Options);
            return null;
        }
        finally
        {
            open.Abandon(row.Key);
        }
    }

    private DownloadFound Elsewhere(DownloadStore open, DownloadFound found)
    {
        var path = refuge.Next(found.Row!.Key);
        open.Unpack(found.Row, path);
        return found with { Path = path, Row = null };
    }
}
