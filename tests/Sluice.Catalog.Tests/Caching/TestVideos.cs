using Sluice.Catalog.Videos;

namespace Sluice.Catalog.Caching;

/// <summary>A catalog of one video, in memory, that counts its look-ups.</summary>
internal sealed class TestVideos(Func<string, Task>? step = null) : IVideos
{
    public static readonly Guid Id = Guid.Parse("6f1c2e0a-6a4e-4b7e-9d0e-0c3f5a1b2c3d");

    public static Video First { get; } = new()
    {
        Id = Id,
        UserId = Guid.Parse("11111111-2222-4333-8444-555555555555"),
        Title = "It's \"one\"",
        Status = VideoStatus.PendingUpload,
        OriginalKey = VideoKeys.Original(Id, "a.mp4"),
        CreatedAt = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).AddTicks(1234560),
        UpdatedAt = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).AddTicks(1234560),
        Version = 1,
    };

    public Video? Row { get; set; } = First;

    public int Selects { get; private set; }

    /// <summary>What look-ups wait for.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public async Task<Video> GetAsync(Guid id, CancellationToken cancellation = default)
    {
        Selects++;
        if (step is not null) await step("select");
        await Gate;
        return id == Id && Row is { } row ? row : throw new VideoException(VideoFault.VideoNotFound, "none");
    }

    public Task<Video> ProcessAsync(Guid id, CancellationToken cancellation = default) => ChangeAsync(v => v with { Status = VideoStatus.Processing });

    public Task<Video> ReprocessAsync(Guid id, CancellationToken cancellation = default) => ChangeAsync(v => v with { Status = VideoStatus.Processing });

    public Task<Video> CancelAsync(Guid id, CancellationToken cancellation = default) => ChangeAsync(v => v with { Status = VideoStatus.Failed });

    public async Task<Video> DeleteAsync(Guid id, CancellationToken cancellation = default)
    {
        var gone = await ChangeAsync(v => v);
        Row = null;
        return gone;
    }

    public Task<Video> CreateAsync(NewVideo wanted, CancellationToken cancellation = default) => Task.FromResult(First);

    public Task<VideoPage> ListAsync(VideoQuery query, CancellationToken cancellation = default) => Task.FromResult(new VideoPage(Row is null ? [] : [Row], null));

    private async Task<Video> ChangeAsync(Func<Video, Video> change)
    {
        if (step is not null) await step("commit");
        return Row = change(Row!) with { Version = Row!.Version + 1 };
    }
}
