namespace Sluice.Configuration;

/// <summary>Everything that can be set. Meanings and defaults of each setting: <see cref="SettingTree"/>.</summary>
internal sealed class SluiceOptions
{
    private string? file;

    public EdgeSection Edge { get; } = new();

    public ApiSection Api { get; } = new();

    public CacheSection Cache { get; } = new();

    public List<RouteSection> Routes { get; set; } = [];

    public PresignSection Presign { get; } = new();

    public DownloadsSection Downloads { get; } = new();

    public RedisSection? Redis { get; set; }

    public CatalogSection Catalog { get; } = new();

    public VideoSection Video { get; } = new();

    public MonitoringSection Monitoring { get; } = new();

    public LoggingSection Logging { get; } = new();

    /// <summary>What the program reads and keeps, as whole paths: keys, presigned URLs and uploads are in it, which no viewer is to have where it lies in a folder that is served.</summary>
    public IEnumerable<string> OwnFiles() => new[] { file, Edge.Tls.Key, Cache.Directory, Catalog.Directory, Catalog.Store.Folder, Downloads.Directory }.OfType<string>().Select(Path.GetFullPath);

    /// <summary>Says which file it was read from.</summary>
    public void MarkFile(string path) => file = path;
}
