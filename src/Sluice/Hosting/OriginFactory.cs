using Sluice.Configuration;
using Sluice.Core.Origins;
using Sluice.Edge.Origins;
using Sluice.S3.Objects;

namespace Sluice.Hosting;

/// <summary>Makes origins from their settings.</summary>
internal sealed class OriginFactory(ILoggerFactory logging, TimeProvider time)
{
    /// <summary>Makes one. It asks nothing of the origin yet, but a folder must exist.</summary>
    /// <exception cref="SetupException">It cannot work.</exception>
    public IOrigin Create(OriginSection options)
    {
        try
        {
            if (options.Folder is { } folder)
                return FolderOrigin.Create(options.ToString(), folder, time);
            if (options.Url is not null)
                return HttpOrigin.Create(options.ToString(), OriginSetup.Http(options), time);
            return S3Origin.Create(OriginSetup.Bucket(options), time, logging.CreateLogger<S3Origin>());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or PlatformNotSupportedException)
        {
            throw new SetupException($"the origin {options} cannot be used: {e.Message}", e);
        }
    }
}
