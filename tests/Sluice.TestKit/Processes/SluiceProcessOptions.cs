namespace Sluice.TestKit.Processes;

/// <summary>How a <see cref="SluiceProcess"/> is started.</summary>
public sealed record SluiceProcessOptions
{
    /// <summary>A folder, an http(s) URL or an s3 URL; null when a configuration file names it.</summary>
    public string? Origin { get; init; }

    /// <summary>Flags after those that the kit sets (ports and cache folder).</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Null: a new folder under the temporary one, removed with the process.</summary>
    public string? CacheDirectory { get; init; }

    /// <summary>How many files it may have open (ulimit -n); null: as many as this process.</summary>
    public int? OpenFiles { get; init; }

    /// <summary>How long until <c>/health/ready</c> must answer 200. Default 2 minutes: builders share the machine.</summary>
    public TimeSpan ReadyWithin { get; init; } = TimeSpan.FromMinutes(2);
}
