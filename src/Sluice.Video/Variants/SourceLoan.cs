using Sluice.Core.Objects;

namespace Sluice.Video.Variants;

/// <summary>A source under a URL of its own, until disposed.</summary>
internal sealed class SourceLoan(CachedObject source, string url, Action end) : IDisposable
{
    private volatile bool isBroken, isChanged;

    public CachedObject Source => source;

    public string Url => url;

    /// <summary>True once some of the source could not be read: whatever was made of it since may lack that, whether or not the process that read it says so.</summary>
    public bool IsBroken => isBroken;

    /// <summary>True once it turned out that there is another version of the source now: of that one a variant can be made.</summary>
    public bool IsChanged => isChanged;

    /// <summary>Notes it. Several connections of one process may, at once.</summary>
    public void Break(bool isChange)
    {
        if (isChange) isChanged = true;
        isBroken = true;
    }

    public void Dispose() => end();
}
