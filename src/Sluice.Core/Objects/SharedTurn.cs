namespace Sluice.Core.Objects;

/// <summary>What came of asking a shared tier. Dispose it when the fetch is over and nothing was handed over by <see cref="Keep"/>: others wait for it.</summary>
public class SharedTurn : IDisposable
{
    /// <summary>Nothing found, and nobody waits for what the caller fetches.</summary>
    public static readonly SharedTurn None = new();

    /// <summary>The object; null when there is none that may be used.</summary>
    public SharedObject? Found { get; init; }

    /// <summary>Hands over what was fetched: it is stored for the others as its body arrives, in the background, and then the turn ends.</summary>
    public virtual void Keep(CachedObject brought)
    {
    }

    /// <summary>Ends the turn without having learned whether there is something to share: whoever asks next has it, where otherwise all fetch for themselves for a while.</summary>
    public virtual void Forgo()
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends the turn; nothing happens when it was handed over.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}
