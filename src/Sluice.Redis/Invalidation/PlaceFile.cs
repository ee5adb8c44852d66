using Microsoft.Extensions.Logging;

namespace Sluice.Redis.Invalidation;

/// <summary>Keeps how far the log of purges was carried out beside the objects on disk, so that what was purged while this node was down is purged when it is up again.</summary>
internal sealed class PlaceFile(string path, ILogger log)
{
    private readonly Lock gate = new();
    private LogPlace written;
    private bool hasFailed;

    /// <summary>The place; null where there is none yet. A file that cannot be read counts as lost: everything is checked with the origins.</summary>
    public LogPlace? Read()
    {
        try
        {
            return File.Exists(path) ? LogPlace.Parse(File.ReadAllText(path).Trim()) : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            RedisEvents.PlaceNotKept(log, failure.Message);
            return LogPlace.Start;
        }
    }

    public void Write(LogPlace place)
    {
        lock (gate)
        {
            if (place == written && place != LogPlace.Start) return;
            try
            {
                // In one step, so that a crash leaves the place before or the place after.
                File.WriteAllText(path + ".new", place.ToString());
                File.Move(path + ".new", path, overwrite: true);
                (written, hasFailed) = (place, false);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                if (!hasFailed) RedisEvents.PlaceNotKept(log, failure.Message);
                hasFailed = true;
            }
        }
    }
}
