using System.Text;
using Sluice.Core.KeyValue;
using Sluice.TestKit.Time;
using Xunit;

namespace Sluice.TestKit;

/// <summary>What every <see cref="IKeyValueStore"/> does. Inherited once for each implementation.</summary>
public abstract class KeyValueStoreContract : IAsyncLifetime
{
    /// <summary>The clock the stores run by.</summary>
    protected SteppingTimeProvider Time { get; } = new();

    /// <summary>The stores under test.</summary>
    protected KeyValueStores Stores { get; private set; } = null!;

    /// <summary>Opens the stores, empty, on <see cref="Time"/>.</summary>
    protected abstract KeyValueStores OpenStores();

    /// <summary>Lets time pass. Override where the store keeps the time itself.</summary>
    protected virtual Task PassAsync(TimeSpan time)
    {
        Time.Advance(time);
        return Task.CompletedTask;
    }

    /// <summary>Checks what must hold between the store's parts; override where they can be seen.</summary>
    protected virtual Task CheckIntegrityAsync(IKeyValueStore store) => Task.CompletedTask;

    public virtual ValueTask InitializeAsync()
    {
        Stores = OpenStores();
        return ValueTask.CompletedTask;
    }

    public virtual async ValueTask DisposeAsync()
    {
        await Stores.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Get_NothingStored_IsNull() => Assert.Null(await Stores.Open("a").GetAsync("k"));

    [Fact]
    public async Task Get_WhatWasSet_GivesValueExpiryAndTags()
    {
        var store = Stores.Open("a");
        var before = Time.GetUtcNow();
        await store.SetAsync("k", Bytes("value"), new KeyValueSettings(TimeSpan.FromMinutes(15), ["t2", "t1", "t2"]));
        var entry = await store.GetAsync("k");
        Assert.Equal("value", Text(entry));
        Assert.Equal(["t1", "t2"], entry!.Tags.Order());
        Assert.InRange(entry.ExpiresAt!.Value, before + TimeSpan.FromMinutes(15), Time.GetUtcNow() + TimeSpan.FromMinutes(15));
    }

    [Fact]
    public async Task Get_WithoutLifetime_NeverExpires()
    {
        var store = Stores.Open("a");
        await store.SetAsync("k", Bytes("v"), default);
        await store.SetAsync("max", Bytes("v"), new KeyValueSettings(TimeSpan.MaxValue));
        await PassAsync(TimeSpan.FromSeconds(2));
        var entry = await store.GetAsync("k");
        Assert.Null(entry!.ExpiresAt);
        Assert.Empty(entry.Tags);
        Assert.NotNull(await store.GetAsync("max"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("video:a/b c+d%20&e=f?g#h")]
    [InlineData("ключ 🎬 with \0 nul and \n line")]
    [InlineData("' OR 1=1 --")]
    [InlineData("*[a-z]?\\")]
    public async Task Keys_AnyText_AreKeptApartExactly(string key)
    {
        var store = Stores.Open("a");
        await store.SetAsync(key, Bytes("v"), new KeyValueSettings(null, [key]));
        await store.SetAsync(key + "x", Bytes("other"), default);
        Assert.Equal("v", Text(await store.GetAsync(key)));
        Assert.Equal([key, key + "x"], await store.ScanAsync(key).ToListAsync());
        Assert.Equal([key], (await store.GetAsync(key))!.Tags);
        Assert.Equal(1, await store.DeleteByTagAsync(key));
        Assert.Null(await store.GetAsync(key));
        Assert.True(await store.DeleteAsync(key + "x"));
    }

    [Fact]
    public async Task Set_KeyThatIsNotValidText_IsTheCallersMistake() =>
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Stores.Open("a").SetAsync("\uD800", Bytes("v"), default));

    [Fact]
    public async Task Set_CaseAndNormalForm_AreOtherKeys()
    {
        var store = Stores.Open("a");
        await store.SetAsync("K", Bytes("1"), default);
        await store.SetAsync("k", Bytes("2"), default);
        await store.SetAsync("\u00E9", Bytes("3"), default);
        await store.SetAsync("e\u0301", Bytes("4"), default);
        Assert.Equal("1", Text(await store.GetAsync("K")));
        Assert.Equal("3", Text(await store.GetAsync("\u00E9")));
        Assert.Equal(4, (await store.GetUsageAsync()).Entries);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(300_000)]
    public async Task Set_AnyBytes_ComeBackAsTheyWere(int length)
    {
        var store = Stores.Open("a");
        var value = new byte[length];
        new Random(length).NextBytes(value);
        var copy = value.ToArray();
        await store.SetAsync("k", value, default);
        // The caller may use its buffer again.
        value.AsSpan().Clear();
        Assert.Equal(copy, (await store.GetAsync("k"))!.Value.ToArray());
    }

    [Fact]
    public async Task Set_Again_ReplacesValueLifetimeAndTags()
    {
        var store = Stores.Open("a");
        await store.SetAsync("k", Bytes("1"), new KeyValueSettings(TimeSpan.FromSeconds(1), ["old"]));
        await store.SetAsync("k", Bytes("22"), new KeyValueSettings(null, ["new"]));
        await PassAsync(TimeSpan.FromSeconds(2));
        Assert.Equal("22", Text(await store.GetAsync("k")));
        Assert.Equal(0, await store.DeleteByTagAsync("old"));
        Assert.Equal(new KeyValueUsage(1, 3, (await store.GetUsageAsync()).MaximumBytes), await store.GetUsageAsync());
        Assert.Equal(1, await store.DeleteByTagAsync("new"));
        await CheckIntegrityAsync(store);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public async Task Set_LifetimeOfZeroOrLess_StoresNothingAndDeletes(int seconds)
    {
        var store = Stores.Open("a");
        await store.SetAsync("k", Bytes("1"), new KeyValueSettings(null, ["t"]));
        await store.SetAsync("k", Bytes("2"), new KeyValueSettings(TimeSpan.FromSeconds(seconds), ["t"]));
        Assert.Null(await store.GetAsync("k"));
        Assert.Equal(0, (await store.GetUsageAsync()).Entries);
        Assert.Equal(0, await store.DeleteByTagAsync("t"));
        await CheckIntegrityAsync(store);
    }

    [Fact]
    public async Task Expired_IsSeenByNothing()
    {
        var store = Stores.Open("a");
        await store.SetAsync("gone", Bytes("1"), new KeyValueSettings(TimeSpan.FromSeconds(1), ["t"]));
        await store.SetAsync("gone2", Bytes("1"), new KeyValueSettings(TimeSpan.FromSeconds(1), ["t"]));
        await store.SetAsync("kept", Bytes("1"), new KeyValueSettings(TimeSpan.FromHours(1), ["t"]));
        Assert.NotNull(await store.GetAsync("gone"));
        await PassAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(["kept"], await store.ScanAsync("").ToListAsync());
        Assert.Equal(1, (await store.GetUsageAsync()).Entries);
        Assert.Equal(5, (await store.GetUsageAsync()).Bytes);
        Assert.Null(await store.GetAsync("gone"));
        Assert.False(await store.DeleteAsync("gone2"));
        Assert.Equal(1, await store.DeleteByTagAsync("t"));
        await CheckIntegrityAsync(store);
    }

    [Fact]
    public async Task Expired_ClockSetBack_StaysExpired()
    {
        var store = Stores.Open("a");
        await store.SetAsync("k", Bytes("1"), new KeyValueSettings(TimeSpan.FromSeconds(2)));
        await store.SetAsync("seen", Bytes("1"), new KeyValueSettings(TimeSpan.FromSeconds(2)));
        await PassAsync(TimeSpan.FromSeconds(2));
        Assert.Null(await store.GetAsync("seen"));
        Time.SetBack(TimeSpan.FromHours(5));
        Assert.Null(await store.GetAsync("seen"));
        Assert.Null(await store.GetAsync("k"));
        Assert.Empty(await store.ScanAsync("").ToListAsync());
        // And what is stored now lives as long as it should, no longer.
        await store.SetAsync("k", Bytes("2"), new KeyValueSettings(TimeSpan.FromSeconds(2)));
        Assert.NotNull(await store.GetAsync("k"));
        await PassAsync(TimeSpan.FromSeconds(2));
        Assert.Null(await store.GetAsync("k"));
    }

    [Fact]
    public async Task Delete_SaysWhetherThereWasOne()
    {
        var store = Stores.Open("a");
        await store.SetAsync("k", Bytes("1"), new KeyValueSettings(null, ["t"]));
        Assert.True(await store.DeleteAsync("k"));
        Assert.False(await store.DeleteAsync("k"));
        Assert.Equal(0, await store.DeleteByTagAsync("t"));
        Assert.Equal((0, 0), ((await store.GetUsageAsync()).Entries, (await store.GetUsageAsync()).Bytes));
        await CheckIntegrityAsync(store);
    }

    [Fact]
    public async Task DeleteByTag_MatchesExactly()
    {
        var store = Stores.Open("a");
        await store.SetAsync("1", Bytes("v"), new KeyValueSettings(null, ["video", "mobile"]));
        await store.SetAsync("2", Bytes("v"), new KeyValueSettings(null, ["video-hd"]));
        await store.SetAsync("3", Bytes("v"), new KeyValueSettings(null, ["Video"]));
        await store.SetAsync("4", Bytes("v"), new KeyValueSettings(null, ["mobile", "video"]));
        Assert.Equal(2, await store.DeleteByTagAsync("video"));
        Assert.Equal(["2", "3"], await store.ScanAsync("").ToListAsync());
        Assert.Equal(0, await store.DeleteByTagAsync("mobile"));
        await CheckIntegrityAsync(store);
    }

    [Fact]
    public async Task Scan_Prefix_IsExactAndOrdinal()
    {
        var store = Stores.Open("a");
        foreach (var key in new[] { "b", "a%b", "a_b", "ab", "a", "A", "a\uFFFD", "a🎬" }) await store.SetAsync(key, Bytes("v"), default);
        Assert.Equal(["a", "a%b", "a_b", "ab", "a🎬", "a\uFFFD"], await store.ScanAsync("a").ToListAsync());
        Assert.Equal(["a%b"], await store.ScanAsync("a%").ToListAsync());
        Assert.Empty(await store.ScanAsync("zzz").ToListAsync());
    }

    // Decision D04: variants and metadata both have keys that begin with "video:".
    [Fact]
    public async Task Namespaces_SameKey_AreTwoEntries()
    {
        var (variants, rows) = (Stores.Open("variants"), Stores.Open("catalog"));
        const string key = "video:/videos/a.mp4";
        await variants.SetAsync(key, Bytes("variant"), new KeyValueSettings(null, ["t"]));
        Assert.Null(await rows.GetAsync(key));
        await rows.SetAsync(key, Bytes("row"), new KeyValueSettings(null, ["t"]));
        Assert.Equal("variant", Text(await variants.GetAsync(key)));
        Assert.Equal("row", Text(await rows.GetAsync(key)));
        Assert.Equal(1, await variants.DeleteByTagAsync("t"));
        Assert.Equal("row", Text(await rows.GetAsync(key)));
        Assert.False(await variants.DeleteAsync(key));
        Assert.Equal([key], await rows.ScanAsync("").ToListAsync());
        Assert.Equal((0, 1), ((await variants.GetUsageAsync()).Entries, (await rows.GetUsageAsync()).Entries));
    }

    [Fact]
    public void Open_Again_IsTheSameInstance()
    {
        Assert.Same(Stores.Open("a"), Stores.Open("a"));
        Assert.NotSame(Stores.Open("a"), Stores.Open("A"));
        Assert.Equal("A", Stores.Open("A").Namespace);
        Assert.ThrowsAny<ArgumentException>(() => Stores.Open(" "));
    }

    [Fact]
    public async Task Bound_OnBytes_LetsTheLeastRecentlyUsedGo()
    {
        var store = Stores.Open("a", new KeyValueLimits { MaximumBytes = 40 });
        for (var i = 0; i < 4; i++) await store.SetAsync("k" + i, Bytes("12345678"), new KeyValueSettings(null, ["t" + i]));
        Assert.NotNull(await store.GetAsync("k0"));
        await store.SetAsync("k4", Bytes("12345678"), default);
        Assert.Equal(["k0", "k2", "k3", "k4"], await store.ScanAsync("").ToListAsync());
        Assert.Equal(new KeyValueUsage(4, 40, 40), await store.GetUsageAsync());
        Assert.Equal(0, await store.DeleteByTagAsync("t1"));
        // Replacing one needs no room but its own.
        await store.SetAsync("k4", Bytes("87654321"), default);
        Assert.Equal(4, (await store.GetUsageAsync()).Entries);
        // What cannot fit is not stored, nor what it was to replace kept.
        await store.SetAsync("k4", new byte[39], default);
        Assert.Equal(["k0", "k2", "k3"], await store.ScanAsync("").ToListAsync());
        await CheckIntegrityAsync(store);
    }

    [Fact]
    public async Task Bound_OnEntries_LetsExpiredOnesGoFirst()
    {
        var store = Stores.Open("a", new KeyValueLimits { MaximumEntries = 3 });
        await store.SetAsync("old", Bytes("v"), default);
        await store.SetAsync("short", Bytes("v"), new KeyValueSettings(TimeSpan.FromSeconds(1)));
        await store.SetAsync("new", Bytes("v"), default);
        await PassAsync(TimeSpan.FromSeconds(1));
        await store.SetAsync("more", Bytes("v"), default);
        Assert.Equal(["more", "new", "old"], await store.ScanAsync("").ToListAsync());
        await store.SetAsync("yet", Bytes("v"), default);
        Assert.Equal(["more", "new", "yet"], await store.ScanAsync("").ToListAsync());
    }

    [Fact]
    public async Task Bound_OnAge_EndsEveryLifetime()
    {
        var store = Stores.Open("a", new KeyValueLimits { MaximumAge = TimeSpan.FromSeconds(2) });
        await store.SetAsync("forever", Bytes("v"), default);
        await store.SetAsync("long", Bytes("v"), new KeyValueSettings(TimeSpan.FromHours(1)));
        await store.SetAsync("short", Bytes("v"), new KeyValueSettings(TimeSpan.FromSeconds(1)));
        await PassAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(["forever", "long"], await store.ScanAsync("").ToListAsync());
        await PassAsync(TimeSpan.FromSeconds(1));
        Assert.Empty(await store.ScanAsync("").ToListAsync());
    }

    [Fact]
    public async Task Operations_Cancelled_DoNothing()
    {
        var store = Stores.Open("a");
        var cancelled = new CancellationToken(true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await store.SetAsync("k", Bytes("v"), default, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await store.GetAsync("k", cancelled));
        Assert.Null(await store.GetAsync("k"));
    }

    [Fact]
    public async Task Operations_ManyAtOnce_KeepEntriesTagsAndCountsInStep()
    {
        var store = Stores.Open("a", new KeyValueLimits { MaximumBytes = 2_000 });
        await Parallel.ForAsync(0, 4, async (thread, cancellation) =>
        {
            var random = new Random(thread);
            for (var i = 0; i < 150; i++)
            {
                var key = "k" + random.Next(60);
                switch (random.Next(6))
                {
                    case < 3:
                        await store.SetAsync(key, new byte[random.Next(100)], new KeyValueSettings(null, ["t" + random.Next(5), "all"]), cancellation);
                        break;
                    case 3:
                        await store.DeleteAsync(key, cancellation);
                        break;
                    case 4:
                        if (i % 10 == 0) await store.DeleteByTagAsync("t" + random.Next(5), cancellation);
                        break;
                    default:
                        await store.GetAsync(key, cancellation);
                        break;
                }
                Assert.InRange((await store.GetUsageAsync(cancellation)).Bytes, 0, 2_000);
            }
        });
        await CheckIntegrityAsync(store);
        var keys = await store.ScanAsync("").ToListAsync();
        var bytes = 0L;
        foreach (var key in keys) bytes += key.Length + (await store.GetAsync(key))!.Value.Length;
        Assert.Equal(new KeyValueUsage(keys.Count, bytes, 2_000), await store.GetUsageAsync());
        Assert.Equal(keys.Count, await store.DeleteByTagAsync("all"));
        Assert.Equal(new KeyValueUsage(0, 0, 2_000), await store.GetUsageAsync());
    }

    // Nothing may be left of it that the next call for the key stumbles over.
    [Fact]
    public async Task Set_TagThatIsNone_IsRefusedAndChangesNothing()
    {
        var store = Stores.Open("a");
        await store.SetAsync("k", Bytes("1"), new KeyValueSettings(null, ["t"]));
        await Assert.ThrowsAsync<ArgumentException>(async () => await store.SetAsync("k", Bytes("2"), new KeyValueSettings(null, ["u", null!])));
        Assert.Equal("1", Text(await store.GetAsync("k")));
        await store.SetAsync("k", Bytes("3"), new KeyValueSettings(null, [""]));
        Assert.Equal((0, 1), (await store.DeleteByTagAsync("t"), await store.DeleteByTagAsync("")));
    }

    protected static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    protected static string? Text(KeyValueEntry? entry) => entry is null ? null : Encoding.UTF8.GetString(entry.Value.Span);
}
