namespace Sluice.Integration.Tests.Video;

/// <summary>Pictures of <see cref="Clips.SquareAsync"/> as ffmpeg gives them without Sluice, scaled down so far that an encoder's loss does not show: red, green and blue of each pixel, row by row.</summary>
internal static class Golden
{
    /// <summary>Picture 75, the one at 3 s, at 16 by 12.</summary>
    public const string FrameAtThreeSeconds = """
        6b0d01650800118b0053cd2037e60068ff18fdfe00fdfe000000fd0000fd9700e1c11affb030c4de5ef257fb9a53f797
        fc0000fc00003d8a0071be1a37e60068ff18fdfe00fdfe000000fd0000fd9100aebe21db9645a0c877d200fefe00fefe
        fc0000fc00003d8a0071be1a37e60068ff18fdfd06f6f6004800f35304fea800d0d31cfb903de4c06dff00fefe00fefe
        fc0000fc00003d8a0071be1a2ee21641f528a59d59afa7640400fe0200fc7f00deb922ff923ae5c36bff00fefe00fefe
        fc0000fc0000368f136ec64b37d9335bfd57fdfe00fdfe000000fd0000fd8a00e2b91eff923ae5c36bff00fefe00fefe
        ae5e02ad5d012ab3004ad21e37e60068ff18fdfe00fdfe000001f5060afe8d00e4bd1aff923ae5c36bff00fefe00fefe
        fc0a01f503003d8a0071be1a37e60068ff18fdfe00fdfe000000fd0000fd8900e1be19ff923ae5c36bff00fefe00fefe
        fc0000fc00003d8a0071be1a37e60068ff18fdfe00fdfe000000fd0000fd7b03d8ab33ff7d54d7a77eff00fefe00fefe
        fc0000fc00003e8a0073be1a3ae5006bff18fdfe00fdfe000000fd0000fd652ec98c56f06e6bcd928ff200fefe00fefe
        fc0000fc00003e8a0073be1a3ae5006bff18fdfe00fdfe000000fd0000fd682aca8f51f06d6bcb918fef00fefe00fefe
        fc0000fc00003d8a0071be1a37e60068ff18fdfe00fdfe000000fd0000fd8300dfb223ff854cddb278ff00fefe00fefe
        fc0000fc00003d8a0071be1a37e60068ff18fdfe00fdfe000000fd0000fd8a00e2be19ff923ae5c36bff00fefe00fefe
        """;

    /// <summary>A sheet of three by two: the pictures at the middle of each sixth, at 24 by 12.</summary>
    public const string SheetOfSix = """
        5b36009a751e8de500c1ff193b00db6f20ff3894e568c4ff5b36009b761f8de500c1ff193a00df6f1fff3a91e26cc3ff5b36009b761f7fcf179beb335d00cf8519f74f92c47fc3f5
        923a00c36b188de500c1ff193600e16819ff3b92e66cc3ff923a00c36b178de500c1ff193800e16b19ff3b92e46cc3ff755f009e88288bdd00c2ff293600e06b21ff448fd278c3ff
        9a5800c381138de500c1ff193800e56918ff3c8fe56ec1ff923a00c36b178de500c1ff193800e56918ff438ddd75c0ff923a00c36b178de500c1ff193800e56918ff3b90e56dc2ff
        923a00c36b1770e7049aff2e3700e26525ff3797e167c6ff923a00c36b178de500c1ff193500d96d22ff5083b684b7eb9a3411ca64418caf04d6f94d3100df6720ff3797e167c6ff
        973500c866228fd400caff291700cb5b41ff4996cb67b4e9933800c368177ade1a94f9352600cd673fff2aa8d954d2ff9e2d2dcd5d5d8b8c1ae4e5731800c95f44ff29a8da53d2ff
        923a00c36b178de500c1ff193500e1691cff3f91de6dbeff8a6500a8831290e600c1ff1f3500e1691cff3893e169c4ff9a3411ca64418caf04d6f94d3500e1691cff3893e169c4ff
        5b36009a751e8de500c1ff193500de691eff3c93e569c1ff5b36009b761f8de500c1ff193500de691eff3c8fe56ec1ff5b36009b761f96cd00bef6164b22b56e45d82da4db57cdff
        923a00c36b178de500c1ff193800e16b19ff3b90e26cc1ff923a00c36b178de500c1ff193800e46b19ff3c8fe26cbeff882c18b65a4698d200d2ff253600e06920ff3f8fe868b7ff
        7b5a1c96753789d300c6ff293800e56918ff3c8fe56ec1ff923a00c36b178de500c1ff193800e56918ff3c8fe26dc0ff923a00c36b188de500c1ff193800e56918ff3f8be470bcff
        923a00c36b178cc311b4eb385200cf7e1efb3797e167c6ff923a00c36b178de500c1ff192a00c4703cff2eacc554d2ec9a3411ca64418caf04d6f94d3100df6720ff3797e167c6ff
        973500c866228fd400caff291801b56750ff36bcbc52d8d8933800c368179bc408bde6293c10b97145ee29a8d953d2ff9e2d2dcd5d5d8a8b19e4e5731800c95f44ff2aa8d954d2ff
        923a00c36b178de500c1ff193500e1681bff3894de68c4ff7f4625985f3d92d600cbff273500e1681bff3893e169c4ff9a3411ca64418caf04d6f94d3500e1691cff3893e169c4ff
        """;

    /// <summary>How far a picture is from one of these: the mean over all its values, and the largest.</summary>
    public static (double Mean, int Most) DistanceFrom(string golden, byte[] pixels)
    {
        var expected = Convert.FromHexString(golden.ReplaceLineEndings(""));
        Assert.Equal(expected.Length, pixels.Length);
        var distances = expected.Zip(pixels, (one, other) => Math.Abs(one - other)).ToList();
        return (distances.Average(), distances.Max());
    }
}
