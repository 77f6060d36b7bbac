//! A moment with the offset of the place where it was written down.

use std::fmt;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// When something was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date {
    /// Seconds since 1970, in UTC.
    pub seconds: i64,
    /// How far the clocks there were ahead of UTC, in minutes.
    pub offset: i32,
}

impl Date {
    /// From `2022-05-25T16:00:57+02:00`; a time, and an offset, may be missing.
    pub fn parse(text: &str) -> Option<Date> {
        let digits = |at: std::ops::Range<usize>| -> Option<i64> {
            let part = text.get(at)?;
            part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())?
        };
        let (year, month, day) = (digits(0..4)?, digits(5..7)?, digits(8..10)?);
        let is_date = text.get(4..5) == Some("-") && text.get(7..8) == Some("-");
        if !is_date || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
            return None;
        }
        let mut seconds = days(year, month, day) * 86_400;
        let mut offset = 0;
        if text.len() > 10 {
            let (hour, minute, second) = (digits(11..13)?, digits(14..16)?, digits(17..19)?);
            if hour > 23 || minute > 59 || second > 60 {
                return None;
            }
            seconds += hour * 3600 + minute * 60 + second;
            let rest = text.get(19..)?.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
            offset = zone(rest)?;
        }
        Some(Date { seconds: seconds - i64::from(offset) * 60, offset })
    }

    /// From `Wed, 25 May 2022 16:00:57 +0200`, or the like.
    pub fn of_mail(text: &str) -> Option<Date> {
        if let Some(date) = Date::parse(text.trim()) {
            return Some(date);
        }
        // The parser takes what it knows of a text and leaves the rest, so that prose would be the beginning of 1970.
        let is_month =
            |word: &str| MONTHS.iter().any(|month| word.get(..3).is_some_and(|w| w.eq_ignore_ascii_case(month)));
        let is_date = text.split_whitespace().any(is_month) && text.bytes().any(|byte| byte.is_ascii_digit());
        let seconds = is_date.then(|| mailparse::dateparse(text).ok())??;
        let zoned = text.split_whitespace().find_map(|word| {
            let is_zone = word.len() == 5 && word.starts_with(['+', '-']);
            is_zone.then(|| zone(&format!("{}:{}", &word[..3], &word[3..])))?
        });
        Some(Date { seconds, offset: zoned.unwrap_or(0) })
    }

    /// `Wed, 25 May 2022 16:00:57 +0200`.
    pub fn mail(self) -> String {
        const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
        let (year, month, day, time) = self.civil();
        let local = self.seconds + i64::from(self.offset) * 60;
        let name = DAYS[local.div_euclid(86_400).rem_euclid(7) as usize];
        let (sign, ahead) = (if self.offset < 0 { '-' } else { '+' }, self.offset.abs());
        format!(
            "{name}, {day:02} {} {year} {} {sign}{:02}{:02}",
            MONTHS[(month - 1) as usize],
            clock(time),
            ahead / 60,
            ahead % 60
        )
    }

    /// Year, month, day, and the seconds of the day, by the clocks there.
    fn civil(self) -> (i64, i64, i64, i64) {
        let local = self.seconds + i64::from(self.offset) * 60;
        // Years count from March, so that the day that leap years have is the last one.
        let day = local.div_euclid(86_400) + 719_468;
        let (era, of_era) = (day.div_euclid(146_097), day.rem_euclid(146_097));
        let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let date = of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        (era * 400 + year + i64::from(month < 3), month, date, local.rem_euclid(86_400))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day, time) = self.civil();
        write!(f, "{year:04}-{month:02}-{day:02}T{}", clock(time))?;
        match (self.offset, self.offset.abs()) {
            (0, _) => write!(f, "Z"),
            (offset, ahead) => {
                write!(f, "{}{:02}:{:02}", if offset < 0 { '-' } else { '+' }, ahead / 60, ahead % 60)
            }
        }
    }
}

fn clock(time: i64) -> String {
    format!("{:02}:{:02}:{:02}", time / 3600, time / 60 % 60, time % 60)
}

/// `+02:00` or `Z`, in minutes.
fn zone(text: &str) -> Option<i32> {
    if matches!(text, "" | "Z" | "z") {
        return Some(0);
    }
    let ahead = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = text[1..].split_once(':')?;
    let (hours, minutes) = (hours.parse::<i32>().ok()?, minutes.parse::<i32>().ok()?);
    (hours < 24 && minutes < 60).then_some(ahead * (hours * 60 + minutes))
}

/// Days from 1970.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_there_and_back() {
        for text in ["2022-05-25T16:00:57+02:00", "2000-02-29T23:59:59Z", "1999-12-31T00:00:00-11:30"] {
            assert_eq!(Date::parse(text).map(|date| date.to_string()).as_deref(), Some(text));
        }
        for wrong in ["2022", "2022-13-01", "2022-01-01T25:00:00Z", "yesterday", "2022-01-01T10:00:00+2"] {
            assert_eq!(Date::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn dates_of_mails() {
        let date = Date::of_mail("Wed, 25 May 2022 16:00:57 +0200");
        assert_eq!(date.map(|date| date.to_string()).as_deref(), Some("2022-05-25T16:00:57+02:00"));
        assert_eq!(date.map(Date::mail).as_deref(), Some("Wed, 25 May 2022 16:00:57 +0200"));
        for wrong in ["when it is done", "in May", "25", ""] {
            assert_eq!(Date::of_mail(wrong), None, "{wrong}");
        }
    }
}
