using Sluice.Catalog.Hls;
using Sluice.Configuration;
using Sluice.Core.Origins;
using Sluice.Core.Storage;
using Sluice.Edge.Playback;
using Sluice.Edge.Routes;

namespace Sluice.Hosting;

/// <summary>The edge's route to the HLS files of the catalog: before all others, and for paths with a video's id only, so that another /hls of the operator's stays reachable.</summary>
internal static class CatalogRoute
{
    private const string Name = "catalog";
    /// <summary>Its paths.</summary>
    public const string Pattern = "/hls/????????-????-????-????-????????????/*";

    /// <summary>Signs addresses of private videos; null where videos are public.</summary>
    public static PlaybackTokens? Tokens(CatalogSection catalog, TimeProvider time) => catalog.PlaybackKey is { } key ? new PlaybackTokens(key, catalog.PlaybackLifetime, time) : null;

    /// <summary>Makes it; null where there is no catalog.</summary>
    /// <exception cref="SetupException">A catalog was configured, and its files cannot be reached.</exception>
    public static EdgeRoute? From(CatalogSection catalog, OriginFactory origins, ILoggerFactory logging, TimeProvider time)
    {
        if (!catalog.Enabled)
            return null;
        try
        {
            if (catalog.Files().Folder is { } folder)
                OwnerOnly.CreateDirectory(folder);
            IOrigin origin = new TaggedOrigin(origins.Create(catalog.Files()));
            return new EdgeRoute { Name = Name, Pattern = Pattern, Origins = [origin], Playback = Tokens(catalog, time) };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException && catalog.IsWritten())
        {
            throw new SetupException($"the catalog cannot be used: {e.Message} Choose another folder with --catalog, or set catalog.enabled to false.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nobody asked for it: media is served all the same.
            logging.CreateLogger("Sluice.Catalog").LogInformation("There is no catalog: {Reason}", e.Message);
            return null;
        }
    }
}
