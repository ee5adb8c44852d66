using Microsoft.AspNetCore.Http;
using Sluice.Core.Objects;
using Sluice.Edge.Freshness;
using Sluice.Edge.Requests;
using Sluice.Edge.Routes;

namespace Sluice.Edge.Serving;

/// <summary>The exchange in which bytes may turn out to be missing: they are asked for on behalf of its client, as long as it lasts, and of nobody else (decision 0015).</summary>
/// <param name="Context">The request, which still has its fields.</param>
/// <param name="Route">Its route.</param>
/// <param name="Forwarding">What origins are told of clients.</param>
internal readonly record struct Asker(HttpContext Context, ActiveRoute Route, Forwarding Forwarding)
{
    /// <summary>The whole object as this request would be forwarded for it.</summary>
    public FillSource SourceOf(CachedObject stored)
    {
        if (Route.IsReadOnly) return Route.SourceOf(stored);
        var fields = ForwardedRequest.WithoutBody(ForwardedRequest.Read(Context.Request));
        // What selects the representation stays as it was: a request that fits may say the same otherwise.
        foreach (var (name, value) in stored.Metadata.Vary)
            if (value is null) fields.Remove(name);
            else fields.Set(name, value);
        var held = stored.Metadata;
        return new FillSource(Route.Origin, ActiveRoute.RequestFor(stored.Target) with { Headers = Forwarding.Shared(Context, fields) })
        {
            // What came before was everybody's, as an answer to HEAD may be where that to GET is one client's.
            MayStore = answer => !IsOneClients(answer.Headers, held.Status) || IsOneClients(held.Headers, held.Status),
        };
    }

    private static bool IsOneClients(HeaderList headers, int status) => CacheRules.Read(headers).ForbidsStoring(status) is not null;

    /// <summary>On behalf of a client whose request the server has not seen.</summary>
    /// <param name="fields">Its fields.</param>
    /// <param name="client">Its address.</param>
    public static HttpContext ContextOf(IHeaderDictionary fields, System.Net.IPAddress? client)
    {
        var context = new DefaultHttpContext { Request = { Method = "GET", Protocol = "HTTP/1.1" }, Connection = { RemoteIpAddress = client } };
        foreach (var (name, value) in fields) context.Request.Headers[name] = value;
        return context;
    }
}
