namespace Sluice.Video.Variants;

/// <summary>A source under a URL of its own, until disposed.</summary>
internal sealed class SourceLoan(string url, Action end) : IDisposable
{
    public string Url => url;

    public void Dispose() => end();
}
