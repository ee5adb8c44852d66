using System.Globalization;

namespace Sluice.S3.Downloads;

public sealed partial record S3DownloadCacheOptions
{
    /// <summary>Options from CACHE_ENABLED, CACHE_MAX_SIZE_MB (of 1,048,576 bytes), CACHE_MAX_ENTRIES, CACHE_TTL_HOURS, CACHE_LEASE_MINUTES and CACHE_DIR (rows CFG-07 to CFG-11); what is not set keeps its default.</summary>
    /// <param name="variable">Looks a variable up; null or empty when it is not set. Default: this process's environment.</param>
    /// <exception cref="ArgumentException">Values that cannot be understood; the message names every one of them, one line each.</exception>
    public static S3DownloadCacheOptions FromEnvironment(Func<string, string?>? variable = null)
    {
        variable ??= Environment.GetEnvironmentVariable;
        var errors = new List<string>();
        var options = new S3DownloadCacheOptions
        {
            Enabled = Read("CACHE_ENABLED", "true or false", true, (string text, out bool value) => bool.TryParse(text, out value)),
            MaximumBytes = (long)(Number("CACHE_MAX_SIZE_MB", 500) * (1 << 20)),
            MaximumEntries = Read("CACHE_MAX_ENTRIES", "a whole number above 0", 200, (string text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value > 0),
            TimeToLive = TimeSpan.FromHours(Number("CACHE_TTL_HOURS", 24)),
            Lease = TimeSpan.FromMinutes(Number("CACHE_LEASE_MINUTES", 10)),
            Directory = variable("CACHE_DIR") is { Length: > 0 } directory ? directory : DefaultDirectory,
        };
        if (errors.Count == 0) errors.AddRange(options.Errors());
        return errors.Count == 0 ? options : throw new ArgumentException(string.Join(Environment.NewLine, errors));

        double Number(string name, double otherwise) => Read(name, "a number from 0 to 800000, such as 24 or 0.5", otherwise,
            (string text, out double value) => double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value) && value is >= 0 and <= 800_000);

        T Read<T>(string name, string advice, T otherwise, Parse<T> parse)
        {
            if (variable(name) is not { Length: > 0 } text) return otherwise;
            if (parse(text, out var value)) return value;
            errors.Add($"{name} is '{text}': it should be {advice}.");
            return otherwise;
        }
    }

    private delegate bool Parse<T>(string text, out T value);
}
