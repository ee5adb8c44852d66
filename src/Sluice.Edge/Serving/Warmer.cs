using Microsoft.AspNetCore.Http;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Core.Variants;
using Sluice.Edge.Freshness;
using Sluice.Edge.Playback;
using Sluice.Edge.Requests;
using Sluice.Edge.Variants;
using Sluice.Edge.Warming;

namespace Sluice.Edge.Serving;

/// <summary>Fetches whole objects ahead of their first viewers.</summary>
internal sealed class Warmer(EdgeParts parts, ObjectFetches fetches, VariantMaking making)
{
    /// <summary>Fetches what a plain GET would, whole, or finds it there; a variant is made.</summary>
    public async Task<WarmedObject> WarmAsync(RequestTarget target, string client, CancellationToken cancellation)
    {
        if (parts.Routes.Match(target.Path) is not { } route) return new(target.Text, 404) { Reason = "No route is configured for this path." };
        // As its viewers share it, whoever's address was pasted.
        target = route.Shorten(PrivateRoute.SharedPart(route, target));
        if (!route.Policy.Stores) return new(target.Text, 400) { Reason = "Its route stores nothing." };
        if (route.Variants is { } variants && variants.Transform.Decide(new TransformQuery(target.Path, target.Query, static _ => null) { Client = client, IsLocal = true, IsOperator = true }) is { Original: null })
        {
            var made = await making.PrepareAsync(target, client, cancellation);
            var playlist = made is { Reason: null, Key: { } key } && variants.Route.Scope.FindStored(key) is [var found, ..] ? found : null;
            return new(target.Text, made.Status)
            {
                IsHeld = made.Reason is null, IsFetched = made.IsMade, Length = made.Length, Reason = made.Reason,
                Names = playlist is null ? [] : await NamesAsync(target, playlist, cancellation),
            };
        }

        var asked = new Asked(route, VariantNames.Of(route, target));
        var nobody = new DefaultHttpContext { Request = { Method = "GET" } };
        try
        {
            var stored = asked.Find(nobody.Request.Headers);
            if (stored is not null && !asked.IsUsable(stored)) stored = null;
            if (stored is not null && asked.Judge(stored, nobody.Request.Headers, parts.Time.GetUtcNow()) == Reuse.Fresh)
            {
                var isHeld = stored.Metadata.Length is { } whole && stored.Holds(0, whole);
                if (!isHeld) await stored.CompleteAsync(cancellation);
                return await TellAsync(target, stored, !isHeld, cancellation);
            }

            var plan = fetches.Plan(nobody, asked, stored);
            using var ticket = fetches.Join(plan, out _);
            var result = await ticket.Result.WaitAsync(cancellation);
            if (result.Object is not { } brought) return new(target.Text, result.Status) { Reason = result.Status < 400 ? $"It cannot be stored: {result.Reason}." : $"The origin answered {result.Status}." };
            var wasHeld = result.IsRevalidated && brought.Metadata.Length is { } length && brought.Holds(0, length);
            await result.CompleteAsync(cancellation);
            return await TellAsync(target, brought, !wasHeld, cancellation);
        }
        catch (OriginException failure)
        {
            return new(target.Text, 502) { Reason = failure.Message };
        }
        catch (ObjectChangedException changed)
        {
            return new(target.Text, 502) { Reason = changed.Message };
        }
    }

    private static async Task<WarmedObject> TellAsync(RequestTarget target, CachedObject found, bool isFetched, CancellationToken cancellation)
    {
        var (status, length) = (found.Metadata.Status, found.Metadata.Length);
        // An empty body is held by its head.
        var isHeld = !found.IsDetached && length is { } end && (end == 0 || found.Holds(0, end));
        return new(target.Text, status)
        {
            IsHeld = isHeld && status < 400,
            IsFetched = isFetched,
            Length = length,
            Names = isHeld && status == 200 ? await NamesAsync(target, found, cancellation) : [],
            Reason = status >= 400 ? $"The origin answered {status}." : isHeld ? null : "It was fetched, but there was no room to keep it, or it was purged meanwhile.",
        };
    }

    private static async Task<IReadOnlyList<string>> NamesAsync(RequestTarget target, CachedObject found, CancellationToken cancellation) =>
        PlaylistNames.IsPlaylist(target.Path) && found.Metadata.Length <= PlaylistNames.MaximumBytes && await TextAsync(found, cancellation) is { } text ? PlaylistNames.Read(target.Path, text) : [];

    private static async Task<string?> TextAsync(CachedObject found, CancellationToken cancellation)
    {
        using var text = new MemoryStream();
        using var reader = found.Open(0, found.Metadata.Length!.Value, found.Source);
        while (true)
        {
            using var piece = await reader.ReadAsync(cancellation);
            if (piece.Length == 0) return PrivateRoute.TextOf(text.ToArray(), found.Metadata.Headers.Combined("Content-Encoding") ?? "");
            text.Write(piece.Span);
        }
    }
}
