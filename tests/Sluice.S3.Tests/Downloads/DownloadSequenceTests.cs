using Sluice.S3.Downloads;
using Sluice.TestKit.Time;

namespace Sluice.S3.Tests.Downloads;

/// <summary>What a sequence may fetch ahead (row S3D-36).</summary>
public sealed class DownloadSequenceTests
{
    private readonly ManualTimeProvider time = new();

    [Fact]
    public void TryBegin_WhatNobodyCameFor_CountsForAWhileOnly()
    {
        var sequence = new DownloadSequence(2, 1000, time);
        Assert.True(sequence.TryBegin("s3://b/left_3.ts"));
        sequence.Fetched("s3://b/left_3.ts", 1000);

        Assert.False(sequence.TryBegin("s3://b/other_3.ts"));
        time.Advance(DownloadSequence.Patience + TimeSpan.FromSeconds(1));

        Assert.True(sequence.TryBegin("s3://b/other_3.ts"));
    }

    [Fact]
    public void Use_OfTheSecondInOrder_TellsTheNextOnes()
    {
        var sequence = new DownloadSequence(2, 1000, time);

        Assert.Empty(sequence.Use("s3://b/seg_08.ts"));
        Assert.Equal(["s3://b/seg_10.ts", "s3://b/seg_11.ts"], sequence.Use("s3://b/seg_09.ts"));
        Assert.Empty(sequence.Use("s3://b/seg_20.ts"));
    }
}
