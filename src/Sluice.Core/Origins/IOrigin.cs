namespace Sluice.Core.Origins;

/// <summary>Where bytes come from: a folder, an HTTP server, a bucket, or a transform of another object.</summary>
public interface IOrigin
{
    /// <summary>A short name for logs, labels and Cache-Status; unique within a configuration.</summary>
    string Name { get; }

    /// <summary>What identifies the place the bytes come from, free of secrets: two processes with the same scope may share stored objects. Part of every key.</summary>
    string Scope { get; }

    /// <summary>What the cache may expect of it.</summary>
    OriginTraits Traits { get; }

    /// <summary>Asks the origin. Answers of any status come back as a response; no answer at all is an <see cref="OriginException"/>.</summary>
    /// <exception cref="OriginException">The origin could not be reached, timed out, or broke the protocol.</exception>
    ValueTask<OriginResponse> FetchAsync(OriginRequest request, CancellationToken cancellation);
}
