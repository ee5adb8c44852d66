using Sluice.Core.Disk;

namespace Sluice.Core.Tests.Disk;

/// <summary>Random operations beside a dictionary of what must be true: no wrong byte ever, nothing lost that was flushed, whatever restarts and kills come between.</summary>
public sealed class DiskTierModelTests : DiskTierTestBase
{
    private sealed class Expected(byte[] body)
    {
        public byte[] Body { get; } = body;

        public HashSet<int> Held { get; init; } = [];

        public string Tag { get; set; } = "";
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Operations_Random_AgreeWithTheModel(int seed)
    {
        var random = new Random(seed);
        var model = new Dictionary<DiskObject, Expected>();
        var options = Options();
        var tier = Open(options);
        for (var step = 0; step < 800; step++)
        {
            var target = model.Count > 0 ? model.Keys.ElementAt(random.Next(model.Count)) : null;
            switch (random.Next(target is null ? 1 : 100))
            {
                case < 10:
                    var length = random.Next(0, 6 * Chunk);
                    var body = Body($"{seed}-{step}", length);
                    var made = tier.Create("k" + random.Next(20), Metadata(length));
                    if (length == 0) tier.ListEmpty(made);
                    model.Add(made, new Expected(body));
                    break;
                case < 50:
                    await WriteAsync(tier, target!, model[target!], random);
                    break;
                case < 85:
                    await ReadAsync(tier, target!, model[target!], random);
                    break;
                case < 90:
                    tier.Remove(target!);
                    model.Remove(target!);
                    break;
                case < 95:
                    model[target!].Tag = "t" + step;
                    tier.Update(target!, Metadata(model[target!].Body.Length, "t" + step));
                    break;
                case < 97:
                    Time.Advance(TimeSpan.FromSeconds(random.Next(90)));
                    break;
                case 97:
                    await tier.FlushAsync();
                    var copy = CopyCache(options.Directory);
                    await tier.DisposeAsync();
                    options = options with { Directory = copy };
                    (tier, model) = await ReopenAsync(options, model);
                    break;
                case 98:
                    await tier.DisposeAsync();
                    (tier, model) = await ReopenAsync(options, model);
                    break;
            }
            Assert.Equal(model.Values.Sum(e => e.Held.Sum(chunk => Math.Min(Chunk, e.Body.Length - (chunk * Chunk)))), tier.GetStatistics().Bytes);
        }
        await tier.DisposeAsync();
    }

    private static async Task WriteAsync(DiskTier tier, DiskObject target, Expected expected, Random random)
    {
        if (expected.Body.Length == 0) return;
        var chunk = random.Next((expected.Body.Length + Chunk - 1) / Chunk);
        Assert.True(await tier.WriteAsync(target, chunk, expected.Body.AsMemory(chunk * Chunk, Math.Min(Chunk, expected.Body.Length - (chunk * Chunk))), Cancellation));
        expected.Held.Add(chunk);
    }

    private static async Task ReadAsync(DiskTier tier, DiskObject target, Expected expected, Random random)
    {
        if (expected.Body.Length == 0) return;
        var chunk = random.Next((expected.Body.Length + Chunk - 1) / Chunk);
        var size = Math.Min(Chunk, expected.Body.Length - (chunk * Chunk));
        var offset = random.Next(size);
        var buffer = new byte[random.Next(size - offset + 1)];
        tier.Hit(target);
        Assert.Equal(expected.Held.Contains(chunk), target.Has(chunk));
        Assert.Equal(expected.Held.Contains(chunk), await tier.ReadAsync(target, chunk, offset, buffer, Cancellation));
        if (expected.Held.Contains(chunk)) Assert.True(buffer.AsSpan().SequenceEqual(expected.Body.AsSpan((chunk * Chunk) + offset, buffer.Length)));
    }

    private async Task<(DiskTier, Dictionary<DiskObject, Expected>)> ReopenAsync(DiskTierOptions options, Dictionary<DiskObject, Expected> model)
    {
        var (tier, objects) = await OpenLoadedAsync(options);
        // An object that never got a byte was never on disk.
        var stored = model.Where(pair => pair.Value.Held.Count > 0 || pair.Value.Body.Length == 0).ToDictionary(pair => pair.Key.Name, pair => pair.Value);
        Assert.Equal(stored.Keys.Select(name => name.ToString()).Order(), objects.Select(o => o.Name.ToString()).Order());
        foreach (var target in objects) Assert.Equal(stored[target.Name].Tag, target.Metadata.Tags.SingleOrDefault() ?? "");
        return (tier, objects.ToDictionary(target => target, target => stored[target.Name]));
    }
}
