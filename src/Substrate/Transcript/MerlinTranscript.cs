namespace S3Auth.Substrate.Transcript;

/// <summary>
/// A Merlin v1.0 transcript (https://merlin.cool): both sides of a proof append the same labelled messages and so derive
/// the same challenges. A plain value without allocations: assignment clones it.
/// </summary>
internal struct MerlinTranscript
{
    private Strobe128 _strobe;

    public MerlinTranscript(ReadOnlySpan<byte> label)
    {
        _strobe = new Strobe128("Merlin v1.0"u8);
        Append("dom-sep"u8, label);
    }

    /// <summary>Appends a message under a label.</summary>
    public void Append(ReadOnlySpan<byte> label, ReadOnlySpan<byte> message)
    {
        Frame(label, message.Length);
        _strobe.Ad(message);
    }

    /// <summary>Fills the destination with challenge bytes under a label, which becomes part of the transcript.</summary>
    public void Challenge(ReadOnlySpan<byte> label, Span<byte> destination)
    {
        Frame(label, destination.Length);
        _strobe.Prf(destination);
    }

    /// <summary>
    /// Fills the destination with secret bytes that depend on the transcript, a secret and fresh randomness (Merlin's transcript-based
    /// random generator). They do not repeat and stay unpredictable if a message repeats, or if the random generator is broken. Does not
    /// change the transcript.
    /// </summary>
    public readonly void Witness(ReadOnlySpan<byte> label, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> randomness, Span<byte> destination)
    {
        var generator = this;

        generator.Frame(label, secret.Length);
        generator._strobe.Key(secret);

        generator._strobe.MetaAd("rng"u8, []);
        generator._strobe.Key(randomness);

        generator.Frame([], destination.Length);
        generator._strobe.Prf(destination);

        generator.Clear();
    }

    /// <summary>Overwrites the state with zeros; it may have held secrets.</summary>
    public void Clear() => _strobe.Clear();

    private void Frame(ReadOnlySpan<byte> label, int length)
    {
        Span<byte> size = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(size, (uint)length);
        _strobe.MetaAd(label, size);
    }
}
