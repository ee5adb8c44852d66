using Sluice.Configuration;
using Sluice.Core.Origins;
using Sluice.Edge.Origins;
using Sluice.S3.Objects;
using Sluice.S3.PresignedUrls;

namespace Sluice.Hosting;

/// <summary>Makes origins from their settings.</summary>
internal sealed class OriginFactory(PresignHost? presign, ILoggerFactory logging, TimeProvider time, IEnumerable<string>? hidden = null)
{
    /// <summary>Makes one that sends clients to the bucket.</summary>
    /// <exception cref="SetupException">It cannot work.</exception>
    public IOrigin CreateRedirect(OriginSection options)
    {
        try
        {
            return new PresignedRedirect(options.ToString(), $"redirect:{options}", presign!.For(options, isFallback: false), time);
        }
        catch (ArgumentException e)
        {
            throw new SetupException($"the origin {options} cannot be used: {e.Message}", e);
        }
    }

    /// <summary>Makes one. It asks nothing of the origin yet, but a folder must exist; keys of a bucket are looked for in the background.</summary>
    /// <exception cref="SetupException">It cannot work.</exception>
    public IOrigin Create(OriginSection options, bool isFallback = false)
    {
        try
        {
            if (options.Folder is { } folder)
                return FolderOrigin.Create(options.ToString(), folder, time, hidden);
            if (options.Url is not null)
                return HttpOrigin.Create(options.ToString(), OriginSetup.Http(options), time);
            // Made here, so that what is wrong with it stops the start; an anonymous bucket has none.
            var urls = options.S3!.Anonymous ? null : presign?.For(options, isFallback);
            var bucket = S3Origin.Create(OriginSetup.Bucket(options), time, logging.CreateLogger<S3Origin>(), options.S3.Presigned ? urls : null);
            bucket.Prepare();
            return bucket;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or PlatformNotSupportedException)
        {
            throw new SetupException($"the origin {options} cannot be used: {e.Message}", e);
        }
    }
}
