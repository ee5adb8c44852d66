namespace Sluice.Configuration;

/// <summary>Everything that can be set. Meanings and defaults of each setting: <see cref="SettingTree"/>.</summary>
internal sealed class SluiceOptions
{
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
}
