namespace Sluice.Core.Tags;

/// <summary>Something of this process that is derived from sources and is no object of the cache: presigned URLs.</summary>
public interface ISourceFollower
{
    /// <summary>A source was purged as such, on any node, or was seen in another version. What is derived from it is void before the call's first await.</summary>
    /// <param name="source">Its path in normal form.</param>
    /// <param name="cancellation">Stops waiting for what others keep of it.</param>
    /// <returns>How many values were void. Never fails for a store that cannot be asked.</returns>
    Task<int> SourceChangedAsync(string source, CancellationToken cancellation);
}
