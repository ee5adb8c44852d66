using Sluice.Core.Objects;
using Sluice.Core.Tags;

namespace Sluice.Core.Tests.Objects;

/// <summary>Random operations beside a dictionary of what must be found, objects going back to the index at random moments: each step is done with what was found long before as often as with what is found now.</summary>
public sealed class GoingBackModelTests : GoingBackTestBase
{
    private const int Targets = 4;
    private static readonly string?[] Languages = [null, "de", "en"];

    private sealed record Expected(int Version, TimeSpan Lifetime, int Refreshed);

    private readonly Dictionary<(string Scope, string Target, string? Language), Expected> model = [];
    private readonly List<(CachedObject Object, string Scope, string Target, string? Language, int Version)> inHand = [];
    private readonly List<(CachedObject Object, string Scope, string Target, string? Language, int Version)> begun = [];
    private int versions;

    /// <summary>Sequences of 25 steps each, in scopes of their own; all of them are looked over after a restart.</summary>
    [Theory]
    [InlineData(1, 150)]
    [InlineData(2, 150)]
    public async Task Operations_Random_AgreeWithTheModel(int seed, int sequences)
    {
        if (Environment.GetEnvironmentVariable("SLUICE_MODEL_SEQUENCES") is { } more) sequences = int.Parse(more, System.Globalization.CultureInfo.InvariantCulture);
        var random = new Random(seed);
        var cache = await OpenAsync(memory: seed % 2 == 0 ? 0 : 64 << 10);
        for (var sequence = 0; sequence < sequences; sequence++)
        {
            var scope = "s" + sequence;
            for (var step = 0; step < 25; step++) await StepAsync(cache, scope, random);
            await EndAsync(cache);
            await CheckAsync(cache, scope);
            if (sequence % 25 != 24) continue;
            await cache.DisposeAsync();
            cache = await OpenAsync(memory: random.Next(2) << 16);
            for (var i = sequence - 24; i <= sequence; i++) await CheckAsync(cache, "s" + i);
            Assert.Equal(model.Count, cache.GetStatistics().Disk!.Value.Objects);
            Assert.Equal((long)model.Count * Length, cache.GetStatistics().Disk!.Value.Bytes);
        }

        await cache.DisposeAsync();
    }

    private async Task StepAsync(ObjectCache cache, string scope, Random random)
    {
        var target = "/" + random.Next(Targets);
        var language = Languages[random.Next(Languages.Length)];
        switch (random.Next(20))
        {
            case < 4:
                begun.Add((Begin(cache, target, ++versions, language, scope), scope, target, language, versions));
                break;
            case < 7:
                if (begun.Count == 0) break;
                await PublishAsync(cache, random);
                break;
            case < 10:
                await cache.Disk!.FlushAsync();
                cache.GoBack(random.Next(3));
                break;
            case < 13:
                await CheckAsync(cache, scope, target, language);
                if (Find(cache, target, language, scope) is { } found) inHand.Add((found, scope, target, language, model[(scope, target, language)].Version));
                break;
            case < 14:
                Time.Advance(TimeSpan.FromSeconds(random.Next(90)));
                break;
            case < 15:
                await PurgeAsync(cache, scope, target, random);
                break;
            default:
                if (inHand.Count == 0) break;
                await UseAsync(cache, inHand[random.Next(inHand.Count)], random.Next(5));
                break;
        }
    }

    private async Task PublishAsync(ObjectCache cache, Random random)
    {
        var (added, scope, target, language, version) = begun[0];
        begun.RemoveAt(0);
        while (added.IsFilling) await Task.Yield();
        if (random.Next(2) == 0) cache.GoBack(0);
        cache.Publish(added, cache.Fence);
        // One for all replaces everything, and so does one for some where there was one for all.
        foreach (var key in model.Keys.Where(key => (key.Scope, key.Target) == (scope, target) && (key.Language == language || key.Language is null || language is null)).ToList()) model.Remove(key);
        model[(scope, target, language)] = new(version, TimeSpan.FromHours(1), 0);
    }

    private async Task PurgeAsync(ObjectCache cache, string scope, string target, Random random)
    {
        var kind = (PurgeKind)random.Next(4);
        var soft = random.Next(2) == 0;
        // Whether one that is not in place yet is selected depends on how far it has come to disk.
        foreach (var early in begun.Where(each => each.Target == target).ToList())
        {
            while (early.Object.IsFilling) await Task.Yield();
            ObjectCache.Remove(early.Object);
            begun.Remove(early);
        }

        // Those of other scopes are selected as well: they are in the same cache.
        await cache.PurgeAsync(new PurgeRequest(kind, kind == PurgeKind.Tag ? "tag of " + target : target, Soft: soft), Cancellation);
        foreach (var (key, expected) in model.Where(pair => pair.Key.Target == target).ToList())
            if (soft) model[key] = expected with { Lifetime = TimeSpan.Zero };
            else model.Remove(key);
    }

    /// <summary>Somebody goes on with what he found earlier.</summary>
    private async Task UseAsync(ObjectCache cache, (CachedObject Object, string Scope, string Target, string? Language, int Version) used, int how)
    {
        var key = (used.Scope, used.Target, used.Language);
        var isThere = model.TryGetValue(key, out var expected) && expected.Version == used.Version;
        switch (how)
        {
            case 0:
                if (isThere) Assert.Equal(Body(used.Target, used.Version, used.Language), await ReadAsync(used.Object));
                break;
            case 1:
                var fresh = used.Object.Metadata with { Freshness = used.Object.Metadata.Freshness with { Lifetime = TimeSpan.FromHours(1) }, Tags = [.. used.Object.Metadata.Tags, "again"] };
                Assert.Equal(isThere, cache.Refresh(used.Object, fresh, cache.Fence));
                if (isThere) model[key] = expected! with { Lifetime = TimeSpan.FromHours(1), Refreshed = fresh.Tags.Count - 2 };
                break;
            case 2:
                ObjectCache.Expire(used.Object);
                if (isThere) model[key] = expected! with { Lifetime = TimeSpan.Zero };
                break;
            case 3:
                ObjectCache.Remove(used.Object);
                if (isThere) model.Remove(key);
                break;
            default:
                ObjectCache.NoteUse(used.Object);
                if (isThere && used.Object.TryHold())
                {
                    Assert.Same(used.Object, Find(cache, used.Target, used.Language, used.Scope));
                    used.Object.Release();
                }

                break;
        }
    }

    private async Task EndAsync(ObjectCache cache)
    {
        // What was begun and never found its place is forgotten, as when its fetch was superseded.
        foreach (var (added, _, _, _, _) in begun)
        {
            while (added.IsFilling) await Task.Yield();
            ObjectCache.Remove(added);
        }

        begun.Clear();
        inHand.Clear();
        await cache.Disk!.FlushAsync();
    }

    private async Task CheckAsync(ObjectCache cache, string scope)
    {
        for (var i = 0; i < Targets; i++)
            foreach (var language in Languages) await CheckAsync(cache, scope, "/" + i, language);
    }

    private async Task CheckAsync(ObjectCache cache, string scope, string target, string? language)
    {
        var found = Find(cache, target, language, scope);
        if (!model.TryGetValue((scope, target, language), out var expected))
        {
            Assert.Null(found);
            return;
        }

        Assert.NotNull(found);
        Assert.Equal((TagOf(expected.Version), expected.Lifetime, expected.Refreshed), (found.Metadata.Version.ETag, found.Metadata.Freshness.Lifetime, found.Metadata.Tags.Count - 2));
        Assert.Equal(Body(target, expected.Version, language), await ReadAsync(found));
    }
}
