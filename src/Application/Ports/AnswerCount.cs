namespace S3Auth.Application.Ports;

/// <summary>How often signed requests were answered one way within one minute.</summary>
/// <param name="Minute">The minute, counted from 1970-01-01 00:00 UTC.</param>
/// <param name="Answer"><c>granted</c>, or the code of the problem.</param>
/// <param name="Count">How often.</param>
public readonly record struct AnswerCount(long Minute, string Answer, long Count);
