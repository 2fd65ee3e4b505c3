namespace S3Auth.Application.Pipeline;

/// <summary>
/// A response whose size depends on the stored files or on the request. It is written in pieces, as fast as the client reads, and may
/// compute its members while it is written.
/// </summary>
public interface ILargeResponse : IGranted;
