using Microsoft.AspNetCore.Http;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Core.Variants;
using Sluice.Edge.Requests;
using Sluice.Edge.Variants;

namespace Sluice.Edge.Serving;

/// <summary>Makes variants for which no viewer waits.</summary>
internal sealed class VariantMaking(EdgeParts parts, ObjectFetches fetches)
{
    /// <summary>Makes a variant ahead of its first viewer, or finds it made.</summary>
    public async Task<PreparedVariant> PrepareAsync(RequestTarget target, string client, CancellationToken cancellation)
    {
        if (parts.Routes.Match(target.Path) is not { Variants: { } variants } route) return new(target.Text, 404) { Reason = "No route with variants takes this path." };
        var decision = variants.Transform.Decide(new TransformQuery(target.Path, target.Query, static _ => null) { Client = client, IsLocal = true, IsOperator = true });
        if (decision?.Plan is not { } plan)
            return new(target.Text, decision is { Reason: not null } refusal ? refusal.Status : 400) { Reason = decision?.Reason ?? "The query asks for no variant." };
        return await PrepareAsync(target.Text, new Asked(variants.Route, plan.Key, plan, route), cancellation);
    }

    /// <summary>As the other, for what was made out to be asked.</summary>
    public async Task<PreparedVariant> PrepareAsync(string text, Asked asked, CancellationToken cancellation)
    {
        var (scope, key) = (asked.Route.Scope, asked.Target);
        var nobody = new DefaultHttpContext { Request = { Method = "GET" } };
        for (var attempt = 1; ; attempt++)
        {
            var stored = scope.FindStored(key) is [{ IsServable: true } held, ..] ? held : null;
            if (asked.IsFresh(nobody.Request.Headers, parts.Time.GetUtcNow())) return Prepared(scope.FindStored(key) is [var ready, ..] ? ready : null, false);
            var fetch = fetches.Plan(nobody, asked, stored);
            try
            {
                using var ticket = fetches.Join(fetch, out _);
                var result = await ticket.Result.WaitAsync(cancellation);
                if (result.Object is not { } brought) return new(text, result.Status) { Key = key, Reason = result.Reason };
                await result.CompleteAsync(cancellation);
                return Prepared(brought, !result.IsRevalidated);
            }
            catch (ObjectChangedException) when (attempt < ObjectAnswers.MaximumAttempts)
            {
                // As for a viewer: of the source that there is now.
            }
            catch (IOException failure) when (failure is OriginException or ObjectChangedException)
            {
                return new(text, 502) { Key = key, Reason = failure.Message };
            }
        }

        PreparedVariant Prepared(CachedObject? found, bool isMade) => found is null ? new(text, 503) { Key = key, Reason = "It was evicted at once." } : new(text, found.Metadata.Status)
        {
            Key = key,
            IsMade = isMade && found.Metadata.Status == 200,
            Length = found.Metadata.Length,
            Reason = found.Metadata.Headers.First(OriginalInstead.ReasonField),
        };
    }
}
