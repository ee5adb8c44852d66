namespace Sluice.S3.Objects;

/// <summary>A bucket's answer: the head, and either an object's bytes or what an error document said.</summary>
/// <param name="Response">Status and fields.</param>
/// <param name="Body">An object's bytes; empty for anything but 200 and 206 to a GET.</param>
/// <param name="Error">What went wrong, as far as told.</param>
/// <param name="Anonymous">True when the request was not signed.</param>
internal sealed record S3Answer(HttpResponseMessage Response, Stream Body, S3Error Error, bool Anonymous) : IDisposable
{
    /// <summary>True when it was not signed for want of credentials that there should be.</summary>
    public bool Unsigned { get; init; }

    /// <summary>Status code.</summary>
    public int Status => (int)Response.StatusCode;

    /// <summary>First line of a field, of the answer or its body, exactly as sent; null when absent.</summary>
    public string? Field(string name)
    {
        if (Response.Headers.NonValidated.TryGetValues(name, out var values) || Response.Content.Headers.NonValidated.TryGetValues(name, out values))
            foreach (var value in values) return value;
        return null;
    }

    public void Dispose()
    {
        Body.Dispose();
        Response.Dispose();
    }
}
