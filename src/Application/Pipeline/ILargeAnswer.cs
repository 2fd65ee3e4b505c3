namespace S3Auth.Application.Pipeline;

/// <summary>
/// An answer whose size depends on what is stored or asked for. It is written piece by piece, as fast as its client reads, and its
/// members may be made while it is written.
/// </summary>
public interface ILargeAnswer : IGranted;
