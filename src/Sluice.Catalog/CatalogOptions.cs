namespace Sluice.Catalog;

/// <summary>How a catalog works.</summary>
public sealed record CatalogOptions
{
    /// <summary>A folder of its own: the SQLite database, and the scratch files of the worker.</summary>
    public required string Directory { get; init; }

    /// <summary>Where workers have their scratch files.</summary>
    internal string Scratch => Path.Combine(Directory, "work");

    /// <summary>Connection string of a PostgreSQL database (15 or later), as postgres://user@host/name or in Npgsql's own form. Default null: SQLite in <see cref="Directory"/>.</summary>
    public string? Database { get; init; }

    /// <summary>Under what address viewers reach the edge (row CFG-17). Default http://localhost:8081.</summary>
    public Uri PublicUrl { get; init; } = new("http://localhost:8081");

    /// <summary>How long a row stays in the metadata cache when no change is told (rows CFG-16, TTL-10). Default 5 minutes.</summary>
    public TimeSpan TimeToLive { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long an upload URL is valid (row U088). Default 15 minutes.</summary>
    public TimeSpan UploadValidity { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Most bytes an upload may have. Default 20 GiB.</summary>
    public long MaximumUpload { get; init; } = 20L << 30;

    /// <summary>How many videos this process transcodes at once; 0 leaves the work to others. Default 1.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>How long a job stays with a worker that is not heard of. Default 30 seconds; the worker reports three times in it.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a job is begun before its video is FAILED (row U101). Default 3.</summary>
    public int Attempts { get; init; } = 3;

    /// <summary>Pause before a job is begun again; doubled for each further time. Default 5 seconds.</summary>
    public TimeSpan RetryPause { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often jobs and changes made by other processes are looked for. Default half a second.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long the renditions of an earlier encode stay for those who watch them. Default 1 day.</summary>
    public TimeSpan KeepOldRenditions { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How long one run of ffmpeg may take. Default 12 hours.</summary>
    public TimeSpan EncodeTimeout { get; init; } = TimeSpan.FromHours(12);

    /// <summary>How long a request may take before it is answered as failed, uploads apart (row U097). Default 30 seconds.</summary>
    public static TimeSpan RequestPatience { get; } = TimeSpan.FromSeconds(30);

    /// <summary>How long whoever works on jobs may take to end when asked to; then the job's lease has to run out (row U097). Default 30 seconds.</summary>
    public static TimeSpan StopPatience { get; } = TimeSpan.FromSeconds(30);

    /// <summary>Everything that is wrong with these options, one line each; empty when they will do.</summary>
    public IReadOnlyList<string> Errors()
    {
        var errors = new List<string>();
        if (string.IsNullOrWhiteSpace(Directory)) errors.Add("Directory is empty: name a folder.");
        if (TimeToLive <= TimeSpan.Zero || UploadValidity <= TimeSpan.Zero || Lease <= TimeSpan.Zero || Poll <= TimeSpan.Zero || EncodeTimeout <= TimeSpan.Zero)
            errors.Add("TimeToLive, UploadValidity, Lease, Poll and EncodeTimeout must be more than nothing.");
        if (RetryPause < TimeSpan.Zero || KeepOldRenditions < TimeSpan.Zero) errors.Add("RetryPause and KeepOldRenditions must be nothing or more.");
        if (MaximumUpload < 0) errors.Add("MaximumUpload must be 0 or more.");
        if (Workers < 0) errors.Add("Workers must be 0 or more.");
        if (Attempts < 1) errors.Add("Attempts must be 1 or more.");
        return errors;
    }
}
