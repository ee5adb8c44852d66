using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Sluice.Edge.Transport;

/// <summary>The order and spelling in which the server behind writes the fields it knows, others following as they were set: so that both ways answer alike to the byte.</summary>
internal static class FieldOrder
{
    private static readonly string[] Known =
    [
        HeaderNames.ContentLength, HeaderNames.Connection, HeaderNames.ContentType, HeaderNames.Date, HeaderNames.Server, HeaderNames.AcceptRanges,
        HeaderNames.AccessControlAllowCredentials, HeaderNames.AccessControlAllowHeaders, HeaderNames.AccessControlAllowMethods, HeaderNames.AccessControlAllowOrigin,
        HeaderNames.AccessControlExposeHeaders, HeaderNames.AccessControlMaxAge, HeaderNames.Age, HeaderNames.Allow, HeaderNames.AltSvc, HeaderNames.CacheControl,
        HeaderNames.ContentEncoding, HeaderNames.ContentLanguage, HeaderNames.ContentLocation, HeaderNames.ContentMD5, HeaderNames.ContentRange, HeaderNames.ETag,
        HeaderNames.Expires, HeaderNames.GrpcEncoding, HeaderNames.KeepAlive, HeaderNames.LastModified, HeaderNames.Location, HeaderNames.Pragma,
        HeaderNames.ProxyAuthenticate, HeaderNames.ProxyConnection, HeaderNames.RetryAfter, HeaderNames.SetCookie, HeaderNames.Vary, HeaderNames.Via,
        HeaderNames.Warning, HeaderNames.WWWAuthenticate,
    ];

    private static readonly Dictionary<string, int> Places = Known.Select((name, place) => KeyValuePair.Create(name, place)).ToDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The place of all that the server does not know.</summary>
    public const int Others = int.MaxValue;

    /// <summary>The place of a field: smaller ones come first.</summary>
    public static int PlaceOf(string name) => Places.GetValueOrDefault(name, Others);

    /// <summary>The lines in the server's order and spelling.</summary>
    public static IEnumerable<KeyValuePair<string, StringValues>> Sort(IEnumerable<KeyValuePair<string, StringValues>> lines) =>
        lines.OrderBy(line => PlaceOf(line.Key)).Select(line => PlaceOf(line.Key) is var place and < Others ? new(Known[place], line.Value) : line);
}
