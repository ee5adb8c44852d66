namespace Sluice.Configuration;

/// <summary>Everything that can be set. Meanings and defaults of each setting: <see cref="SettingTree"/>.</summary>
internal sealed class SluiceOptions
{
    public EdgeOptionsSection Edge { get; } = new();

    public ApiOptionsSection Api { get; } = new();

    public CacheOptionsSection Cache { get; } = new();

    public List<RouteOptions> Routes { get; } = [];

    public LoggingOptions Logging { get; } = new();
}
